import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask, FailTask } from '../../runner/task.ts';
import { type OtherRun, openTaskWorld } from '../../runner/testing.ts';
import waitForDag from '../../tasks/wait_for_dag.ts';
import { testEngine } from '../support/engine/engine.ts';
import { stepDag, steps } from '../support/engine/task_types.ts';
import { until } from '../support/until.ts';

const run = (date: string, facts: Partial<OtherRun> = {}): OtherRun => ({
  dagId: 'nightly',
  runId: `${date}-run`,
  businessDate: Temporal.PlainDate.from(date),
  state: 'success',
  tasks: {},
  ...facts,
});

test('a look decides by the run of its date alone, or by the instances of one task of it', async () => {
  await using world = await openTaskWorld(); // of the business date 2026-03-10
  const look = (params: object, runs: readonly OtherRun[]) => {
    world.runs.splice(0, Infinity, ...runs);
    return world.run(waitForDag, { dag: 'nightly', ...params });
  };
  const waits = async (why: string, params: object, runs: readonly OtherRun[]) => {
    await assert.rejects(look(params, runs), (error) => {
      assert.ok(error instanceof DeferTask, String(error));
      assert.equal(error.message, why);
      return true;
    });
  };
  const output = (date: string) => ({ run_id: `${date}-run`, business_date: date, state: 'success' });

  await waits('nightly of 2026-03-10 has no run yet', {}, [run('2026-03-09'), run('2026-03-11')]);
  assert.deepEqual(await look({}, [run('2026-03-09'), run('2026-03-10')]), output('2026-03-10'));
  await waits('nightly of 2026-03-10 is running in run 2026-03-10-run', {}, [
    run('2026-03-10', { state: 'running' }),
  ]);
  // Of the latest date before: a gap of days is none.
  const previous = [run('2026-03-02'), run('2026-03-06'), run('2026-03-10', { state: 'running' })];
  assert.deepEqual(await look({ date: 'previous' }, previous), output('2026-03-06'));
  await waits('nightly of a date before 2026-03-10 has no run yet', { date: 'previous' }, [
    run('2026-03-10'),
  ]);
  assert.deepEqual(await look({ date: '2026-03-02' }, previous), output('2026-03-02'));

  const failed = [run('2026-03-10', { state: 'failed' })];
  await waits('nightly of 2026-03-10 is failed in run 2026-03-10-run', {}, failed);
  await assert.rejects(look({ on_failure: 'fail' }, failed), FailTask);

  const mapped = (...states: OtherRun['tasks'][string]) => [
    run('2026-03-10', { state: 'running', tasks: { load: states } }),
  ];
  await waits('nightly.load of 2026-03-10 is not in run 2026-03-10-run', { task: 'load' }, [
    run('2026-03-10'),
  ]);
  await waits(
    'nightly.load of 2026-03-10 is queued in run 2026-03-10-run',
    { task: 'load' },
    mapped('success', 'queued'),
  );
  assert.deepEqual(await look({ task: 'load' }, mapped('success', 'success')), {
    ...output('2026-03-10'),
    state: 'running',
  });
  await waits(
    'nightly.load of 2026-03-10 is skipped in run 2026-03-10-run',
    { task: 'load' },
    mapped('skipped'),
  );
  await look({ task: 'load', accept: ['success', 'skipped'] }, mapped('success', 'skipped'));
});

test('in the engine it waits without a worker until the other run of the date has succeeded, also after a failure', async (t) => {
  const { type, on } = steps();
  const engine = await testEngine(t, [type, waitForDag]);
  assert.deepEqual(await engine.writeDag('nightly', stepDag('nightly', ['task_id: load'])), []);
  const after = `dag_id: after
timezone: UTC
schedule: null
tasks:
  - {task_id: wait, type: wait_for_dag, with: {dag: nightly, task: load, poll_interval: 50ms}}
  - {task_id: wrong, type: wait_for_dag, allow_failure: true, with: {dag: nigthly}}
  - {task_id: go_on, type: step, depends_on: [wait]}
`;
  assert.deepEqual(await engine.writeDag('after', after), []);
  let isBroken = true;
  on('load', () => {
    if (isBroken) throw new FailTask('not today');
    return null;
  });
  await engine.startWorker();
  const waiting = engine.run('after');
  const reasonOf = async (reason: string) => {
    const { rowCount } = await engine.pool.query(
      "select from stockflow.task_instance where task_id = 'wait' and state = 'deferred' and error_text = $1",
      [reason],
    );
    return rowCount === 1;
  };
  const date = await until('the run to be there', async () => {
    const { rows } = await engine.pool.query<{ date: Temporal.PlainDate }>(
      'select business_date as date from stockflow.dag_run',
    );
    return rows[0]?.date ?? null;
  });
  await until('a look before there is a run', () => reasonOf(`nightly.load of ${date} has no run yet`));
  const first = await engine.run('nightly');
  assert.equal(first.run.state, 'failed');
  const seen = `nightly.load of ${date} is failed in run ${first.run.runId}`;
  await until('a look at the failed run', () => reasonOf(seen));
  isBroken = false;
  const second = await engine.run('nightly');
  const { states, tasks } = await waiting;
  assert.deepEqual(states, { wait: 'success', wrong: 'failed', go_on: 'success' });
  const outputOf = (taskId: string) => tasks.find((task) => task.taskId === taskId);
  assert.deepEqual(outputOf('wait')?.output, {
    run_id: String(second.run.runId),
    business_date: String(date),
    state: 'success',
  });
  assert.equal(outputOf('wrong')?.errorText, 'no DAG is called nigthly, did you mean nightly?');
});
