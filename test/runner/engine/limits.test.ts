import assert from 'node:assert/strict';
import { test } from 'node:test';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { attemptsOfRun } from '../../../runner/store/task/attempt.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { gate, stepDag, steps, untilAborted } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;

test('deadlines, timeouts, priorities and params', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  await engine.startWorker({ concurrency: 1 });
  const yesterday = Temporal.Now.plainDateISO('UTC').subtract({ days: 1 });
  const trigger = (dagId: string, params: Record<string, string> = {}) =>
    triggerRun(pool, { dagId, date: yesterday, params, timeEdges: 'keep', by, reason: null });
  const actionsOf = async (runId: number) => {
    const { rows } = await pool.query<{ action: string }>(
      'select action from audit.event where run_id = $1 order by event_id',
      [runId],
    );
    return rows.map(({ action }) => action);
  };

  await t.test('a missed deadline is recorded once and changes nothing else', async () => {
    await engine.writeDag('late', stepDag('late', ['task_id: late, deadline: "05:00"']));
    const held = gate();
    step.on('late', () => held.opened.then(() => null));
    const { runId } = await trigger('late');
    await until('the deadline to be recorded', async () =>
      (await actionsOf(runId)).includes('task.deadline_missed'),
    );
    held.open();
    const { run, tasks } = await engine.ended(runId);
    assert.equal(run.state, 'success');
    assert.notEqual(tasks[0]?.deadlineMissedAt, null);
    assert.equal((await actionsOf(runId)).filter((action) => action === 'task.deadline_missed').length, 1);
  });

  await t.test('on_deadline: fail stops the task and fails what depends on it', async () => {
    await engine.writeDag(
      'strict',
      stepDag('strict', [
        'task_id: strict, deadline: "05:00", on_deadline: fail',
        'task_id: next, depends_on: [strict]',
      ]),
    );
    const stopped = gate();
    step.on('strict', async ({ signal }) => {
      await untilAborted(signal).catch(stopped.open);
      throw signal.reason;
    });
    const { runId } = await trigger('strict');
    const { run, tasks, states } = await engine.ended(runId);
    assert.equal(run.state, 'failed');
    assert.deepEqual(states, { strict: 'failed', next: 'upstream_failed' });
    assert.equal(tasks[0]?.errorClass, 'DeadlineMissed');
    await stopped.opened;
  });

  await t.test('a run beyond its dagrun_timeout fails, and what it had left is cancelled', async () => {
    await engine.writeDag(
      'endless',
      stepDag(
        'endless',
        ['task_id: endless', 'task_id: next, depends_on: [endless]'],
        ['dagrun_timeout: 1s'],
      ),
    );
    step.on('endless', ({ signal }) => untilAborted(signal));
    const { runId } = await trigger('endless');
    const { run, states } = await engine.ended(runId);
    assert.equal(run.state, 'failed');
    assert.deepEqual(states, { endless: 'cancelled', next: 'cancelled' });
    assert.ok((await actionsOf(runId)).includes('run.timed_out'));
  });

  await t.test(
    'a task that ignores its signal loses its slot and its late result is of no effect',
    async () => {
      await engine.writeDag('deaf', stepDag('deaf', ['task_id: deaf, execution_timeout: 1s']));
      await engine.writeDag('waiting', stepDag('waiting', ['task_id: waiting']));
      const held = gate();
      step.on('deaf', () => held.opened.then(() => 'too late'));
      const { runId } = await trigger('deaf');
      await until('the deaf task to start', async () => step.startsOf('deaf') === 1);
      // The worker has one slot: this run can only start once it was taken back.
      assert.equal((await engine.ended((await trigger('waiting')).runId)).run.state, 'success');
      held.open();
      const { run, tasks } = await engine.ended(runId);
      assert.equal(run.state, 'failed');
      assert.equal(tasks[0]?.output, null);
      assert.match((await attemptsOfRun(pool, runId))[0]?.errorText ?? '', /execution_timeout of 1 s/);
    },
  );

  await t.test('of tasks that wait, the one with the higher priority starts first', async () => {
    await engine.writeDag('block', stepDag('block', ['task_id: block']));
    await engine.writeDag(
      'ranked',
      stepDag('ranked', [
        'task_id: low, priority: 1',
        'task_id: high, priority: 9',
        'task_id: middle, priority: 5',
      ]),
    );
    const held = gate();
    step.on('block', () => held.opened.then(() => null));
    await trigger('block');
    await until('the slot to be taken', async () => step.startsOf('block') === 1);
    const { runId } = await trigger('ranked');
    held.open();
    await engine.ended(runId);
    const order = step.started
      .map(({ taskId }) => taskId)
      .filter((taskId) => ['low', 'middle', 'high'].includes(taskId));
    assert.deepEqual(order, ['high', 'middle', 'low']);
  });

  await t.test('params are typed and checked when the run is triggered', async () => {
    await engine.writeDag(
      'typed',
      stepDag(
        'typed',
        ['task_id: typed, with: {count: "${{ params.count }}"}'],
        ['params: {count: {type: integer, default: 3, description: how many}}'],
      ),
    );
    step.on('typed', ({ params }) => params.count ?? null);
    assert.deepEqual((await engine.ended((await trigger('typed')).runId)).tasks[0]?.output, 3);
    assert.deepEqual(
      (await engine.ended((await trigger('typed', { count: '7' })).runId)).tasks[0]?.output,
      7,
    );
    await assert.rejects(
      trigger('typed', { count: 'seven' }),
      /param count: found "seven", expected a whole number/,
    );
    await assert.rejects(trigger('typed', { counts: '7' }), /param counts: .*count/);
  });
});
