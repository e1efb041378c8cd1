import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { explainedWords } from '../../../../runner/commands/runs/explain/words.ts';
import { clearTasks, markTask } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { findDag } from '../../../../runner/store/dag/dag.ts';
import { findRun } from '../../../../runner/store/run/dag_run.ts';
import { instancesOfRun, type TaskInstance } from '../../../../runner/store/task/instance.ts';
import { explainRows } from '../../../../runner/view/explain/json.ts';
import { readExplanation } from '../../../../runner/view/explain/source.ts';
import { nextSentence } from '../../../../runner/view/explain/words.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;
await engine.startWorker();

const DATE = Temporal.PlainDate.from('2026-03-10');
const AT_ONE = ['schedule: "0 1 * * *"', 'catchup: none', 'max_active_runs: 9'];
const AT_TWO = ['schedule: "0 2 * * *"', 'catchup: none', 'max_active_runs: 9'];

async function runOn(dagId: string, date = DATE): Promise<number> {
  const terms = { params: {}, timeEdges: 'collapse', by, reason: null } as const;
  return (await triggerRun(pool, { dagId, date, ...terms })).runId;
}

async function taskOfRun(runId: number, taskId: string): Promise<TaskInstance> {
  const found = (await instancesOfRun(pool, runId)).find((task) => task.taskId === taskId);
  assert.ok(found);
  return found;
}

/** Returns why the task waits, once it does. */
async function waitsFor(runId: number, taskId: string, reason: RegExp): Promise<TaskInstance> {
  return await until(`${taskId} of run ${runId} to wait: ${reason}`, async () => {
    const task = await taskOfRun(runId, taskId);
    return task.wakeReason === 'dag_edge' && reason.test(task.errorText ?? '') ? task : null;
  });
}

async function pair(name: string, edge = ''): Promise<{ readonly source: string; readonly waiting: string }> {
  const [source, waiting] = [`${name}_source`, `${name}_waiting`];
  assert.deepEqual(
    await engine.writeDag(
      source,
      stepDag(source, ['task_id: load', 'task_id: check, depends_on: [load]'], AT_ONE),
    ),
    [],
  );
  assert.deepEqual(
    await engine.writeDag(
      waiting,
      stepDag(waiting, [`task_id: report, depends_on: [{dag: ${source}${edge}}]`], AT_TWO),
    ),
    [],
  );
  return { source, waiting };
}

test('a task waits for the run of another DAG without a job or a slot, and starts when it succeeds', async () => {
  const { source, waiting } = await pair('plain');
  const waitingRun = await runOn(waiting);
  const { state, wakeAt, taskInstanceId } = await waitsFor(
    waitingRun,
    'report',
    /2026-03-10: it has no run$/,
  );
  assert.equal(state, 'deferred');
  const jobs = await pool.query(`select from graphile_worker._private_jobs where key like $1`, [
    `task:${taskInstanceId}:%`,
  ]);
  assert.equal(jobs.rowCount, 0);
  const waitingNow = (await findRun(pool, waitingRun)) ?? assert.fail();
  const explained = await readExplanation(viewSource(pool), waitingNow, engine.taskTypes);
  assert.deepEqual(
    explainRows(explained, explainedWords).map(({ sentence }) => sentence),
    [
      'waits for plain_source, 2026-03-10: it has no run; stockflow trigger plain_source --date 2026-03-10 makes it',
    ],
  );
  const context = { timezone: explained.timezone, now: explained.now };
  assert.equal(nextSentence(explained, context), 'report, when plain_source has succeeded');
  const sourceRun = await runOn(source);
  await engine.ended(sourceRun);
  const { run, tasks } = await engine.ended(waitingRun);
  assert.equal(run.state, 'success');
  assert.equal(tasks[0]?.errorText, null);
  const next = wakeAt ?? assert.fail('it waits until an instant');
  assert.equal(Temporal.Instant.compare(run.finishedAt ?? next, next), -1, 'nobody waited for the next look');
});

test('what has succeeded already holds nobody back, and another date does', async () => {
  const { source, waiting } = await pair('early');
  await engine.ended(await runOn(source));
  assert.equal((await engine.ended(await runOn(waiting))).run.state, 'success');
  const other = await runOn(waiting, DATE.add({ days: 1 }));
  await waitsFor(other, 'report', /2026-03-11: it has no run$/);
});

test('a failed run is waited for until it is cleared and succeeds', async () => {
  const { source, waiting } = await pair('mended');
  let isBroken = true;
  step.on('load', ({ run }) => {
    if (run.dagId === source && isBroken) throw new Error('the file is cut');
    return null;
  });
  const sourceRun = await runOn(source);
  const waitingRun = await runOn(waiting);
  assert.equal((await engine.ended(sourceRun)).run.state, 'failed');
  await waitsFor(
    waitingRun,
    'report',
    new RegExp(`run ${sourceRun} ended as failed, and waited for until it succeeds`),
  );
  isBroken = false;
  await clearTasks(pool, sourceRun, { taskId: null, onlyFailed: true, downstream: false, by, reason: null });
  assert.equal((await engine.ended(waitingRun)).run.state, 'success');
});

test('a task of another DAG is enough, whatever becomes of the rest of its run', async () => {
  const { source, waiting } = await pair('task', ', task: load');
  const held = gate();
  step.on('check', async ({ run }) => (run.dagId === source ? await held.opened : undefined) ?? null);
  const sourceRun = await runOn(source);
  const waitingRun = await runOn(waiting);
  assert.equal((await engine.ended(waitingRun)).run.state, 'success');
  assert.equal((await findRun(pool, sourceRun))?.state, 'running');
  held.open();
  await engine.ended(sourceRun);

  step.on('load', ({ run }) => {
    if (run.dagId === source) throw new Error('no file');
    return null;
  });
  const next = DATE.add({ days: 1 });
  const failed = await runOn(source, next);
  await engine.ended(failed);
  const second = await runOn(waiting, next);
  await waitsFor(second, 'report', new RegExp(`failed in run ${failed}, and waited for until it succeeds`));
  await markTask(pool, failed, { taskId: 'load', state: 'success', reason: 'loaded by hand', by });
  assert.equal((await engine.ended(second)).run.state, 'success');
});

test('the previous date is the last before it on which the other DAG was scheduled', async () => {
  await engine.writeDag('weekly', stepDag('weekly', ['task_id: count'], ['schedule: "0 3 * * SUN"']));
  await engine.writeDag(
    'after_weekly',
    stepDag('after_weekly', ['task_id: use, depends_on: [{dag: weekly, date: previous}]'], AT_TWO),
  );
  // The 8th of March 2026 is a Sunday.
  const run = await runOn('after_weekly', DATE);
  await waitsFor(run, 'use', /waits for weekly, 2026-03-08: it has no run$/);
  await runOn('weekly', Temporal.PlainDate.from('2026-03-08'));
  assert.equal((await engine.ended(run)).run.state, 'success');
  const onSunday = await runOn('after_weekly', Temporal.PlainDate.from('2026-03-08'));
  await waitsFor(onSunday, 'use', /waits for weekly, 2026-03-01: it has no run$/);
});

test('a DAG may wait for its own previous date, and the first date of its schedule for none', async () => {
  const schedule = [...AT_ONE, 'start_date: 2026-03-09'];
  const tasks = ['task_id: day, depends_on: [{dag: chained, date: previous}]'];
  assert.deepEqual(await engine.writeDag('chained', stepDag('chained', tasks, schedule)), []);
  const second = await runOn('chained', DATE);
  await waitsFor(second, 'day', /waits for chained, 2026-03-09: it has no run$/);
  await runOn('chained', DATE.subtract({ days: 1 }));
  assert.equal((await engine.ended(second)).run.state, 'success');
});

test('a task whose other DAG never runs waits until its deadline, and says for what', async () => {
  const { waiting } = await pair('missing');
  const tasks = [
    'task_id: report, depends_on: [{dag: missing_source}], deadline: "02:30", on_deadline: fail',
  ];
  await engine.writeDag(waiting, stepDag(waiting, tasks, AT_TWO));
  const terms = { params: {}, timeEdges: 'keep', by, reason: null } as const;
  const { runId } = await triggerRun(pool, { dagId: waiting, date: DATE, ...terms });
  const { run, tasks: ended } = await engine.ended(runId);
  assert.equal(run.state, 'failed');
  assert.match(
    ended[0]?.errorText ?? '',
    /^not finished by its deadline, .*: it waits for missing_source, 2026-03-10: it has no run$/,
  );
});

test('a DAG that is paused or gone is said to be', async () => {
  const { source, waiting } = await pair('gone');
  const run = await runOn(waiting);
  await pool.query('update stockflow.dag set is_paused = true where dag_id = $1', [source]);
  await pool.query(`update stockflow.task_instance set wake_at = now() where run_id = $1`, [run]);
  await waitsFor(run, 'report', /it has no run; gone_source is paused$/);
  await rm(path.join(engine.dagsDir, `${source}.yaml`));
  await until(
    'the DAG without a file to be retired',
    async () => (await findDag(pool, source))?.retiredAt ?? null,
  );
  await pool.query(`update stockflow.task_instance set wake_at = now() where run_id = $1`, [run]);
  await waitsFor(run, 'report', /there is no DAG gone_source any more$/);
  const row = await findDag(pool, waiting);
  assert.equal(row?.problems?.[0]?.message.split(';')[0], 'no DAG of this folder is called gone_source');
  assert.notEqual(row?.dagVersionId, null, 'the last valid version goes on');
});
