import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelRun, cancelTask, clearTasks, markTask } from '../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { attemptsOfRun } from '../../../runner/store/task/attempt.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { setPoolSlots } from '../../../runner/store/worker/pool.ts';
import { FailTask } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { gate, stepDag, steps, untilAborted } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;

test('operators and mapped tasks', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  await engine.startWorker({ concurrency: 8 });

  const trigger = (dagId: string) =>
    triggerRun(pool, { dagId, date: null, params: {}, timeEdges: 'keep', by, reason: null });
  const stateOf = async (runId: number, taskId: string) =>
    (await instancesOfRun(pool, runId)).find((task) => task.taskId === taskId)?.state;
  const eventsOf = async (runId: number) => {
    const { rows } = await pool.query<{
      action: string;
      actor: string;
      reason: string | null;
      before: unknown;
    }>('select action, actor, reason, before from audit.event where run_id = $1 order by event_id', [runId]);
    return rows;
  };

  await t.test(
    'map_over makes one instance for each element and collects their outputs in order',
    async () => {
      await engine.writeDag(
        'mapped',
        stepDag('mapped', [
          'task_id: lister',
          'task_id: each, depends_on: [lister], map_over: "${{ tasks.lister.output.files }}", with: {file: "${{ item.name }}", index: "${{ map_index }}"}',
          'task_id: joined, depends_on: [each], with: {all: "${{ tasks.each.output }}"}',
        ]),
      );
      step.on('lister', () => ({ files: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }));
      step.on('each', ({ params }) => `${params.file}${params.index}`);
      step.on('joined', ({ params }) => ({ all: params.all ?? null }));
      const { run, tasks, states } = await engine.run('mapped');
      assert.equal(run.state, 'success');
      assert.equal(states['each[2]'], 'success');
      assert.deepEqual(tasks.find(({ taskId }) => taskId === 'joined')?.output, { all: ['a0', 'b1', 'c2'] });
    },
  );

  await t.test('map_over of an empty list skips the task and what follows', async () => {
    step.on('lister', () => ({ files: [] }));
    const { run, states } = await engine.run('mapped');
    assert.equal(run.state, 'success');
    assert.deepEqual(states, { lister: 'success', each: 'skipped', joined: 'skipped' });
  });

  await t.test('map_over of something that is no list fails the task and says what it is', async () => {
    step.on('lister', () => ({ files: 'a,b' }));
    const { run, tasks, states } = await engine.run('mapped');
    assert.equal(run.state, 'failed');
    assert.deepEqual(states, { lister: 'success', each: 'failed', joined: 'upstream_failed' });
    assert.match(tasks[1]?.errorText ?? '', /is a string, not a list/);
  });

  await t.test(
    'one failed instance of a mapped task fails its successor, and clearing it alone lets the run succeed',
    async () => {
      step.on('lister', () => ({ files: [{ name: 'a' }, { name: 'b' }] }));
      let isBroken = true;
      step.on('each', ({ attempt, params }) => {
        if (attempt.mapIndex === 1 && isBroken) throw new FailTask('b is bad');
        return params.file ?? null;
      });
      const { run, states } = await engine.run('mapped');
      assert.equal(run.state, 'failed');
      assert.deepEqual(
        [states['each[0]'], states['each[1]'], states.joined],
        ['success', 'failed', 'upstream_failed'],
      );

      isBroken = false;
      const startsBefore = step.startsOf('each');
      await clearTasks(pool, run.runId, {
        taskId: 'each',
        onlyFailed: true,
        downstream: true,
        by,
        reason: 'fixed',
      });
      const again = await until('the run to succeed', async () => {
        const found = await engine.ended(run.runId);
        return found.run.state === 'success' ? found : null;
      });
      assert.equal(again.states['each[1]'], 'success');
      assert.equal(step.startsOf('each') - startsBefore, 1);
    },
  );

  await t.test('cancel stops what runs through its signal and ends the run at once', async () => {
    await engine.writeDag(
      'long',
      stepDag('long', ['task_id: long', 'task_id: after_long, depends_on: [long]']),
    );
    const aborted = gate();
    step.on('long', async ({ signal }) => {
      await untilAborted(signal).catch(aborted.open);
      throw signal.reason;
    });
    const run = await trigger('long');
    await until('the task to run', async () => (await stateOf(run.runId, 'long')) === 'running');
    await cancelRun(pool, run.runId, { by, reason: 'wrong file' });
    const { run: ended, states } = await engine.ended(run.runId);
    assert.equal(ended.state, 'cancelled');
    assert.deepEqual(states, { long: 'cancelled', after_long: 'cancelled' });
    await aborted.opened;
    const cancelled = (await eventsOf(run.runId)).find(({ action }) => action === 'run.cancelled');
    assert.equal(cancelled?.actor, 'operator');
    assert.equal(cancelled?.reason, 'wrong file');
  });

  await t.test(
    'cancelling one task lets its successors decide by their rules, and the run fails',
    async () => {
      await engine.writeDag(
        'part',
        stepDag('part', ['task_id: long', 'task_id: cleanup, depends_on: [long], trigger_rule: all_done']),
      );
      step.on('long', ({ signal }) => untilAborted(signal));
      const run = await trigger('part');
      await until('the task to run', async () => (await stateOf(run.runId, 'long')) === 'running');
      await cancelTask(pool, run.runId, { taskId: 'long', by, reason: null });
      const { run: ended, states } = await engine.ended(run.runId);
      assert.deepEqual(states, { long: 'cancelled', cleanup: 'success' });
      assert.equal(ended.state, 'failed');
    },
  );

  await t.test(
    'clear adds attempts and keeps the old ones; mark ends a task by hand, with who and why',
    async () => {
      await engine.writeDag('redo', stepDag('redo', ['task_id: one', 'task_id: two, depends_on: [one]']));
      step.on('two', () => {
        throw new FailTask('no');
      });
      const { run } = await engine.run('redo');
      assert.equal(run.state, 'failed');
      await clearTasks(pool, run.runId, {
        taskId: 'one',
        onlyFailed: false,
        downstream: true,
        by,
        reason: 'again',
      });
      await until('both to run again', async () => (await attemptsOfRun(pool, run.runId)).length === 4);
      await engine.ended(run.runId);
      assert.deepEqual(
        (await attemptsOfRun(pool, run.runId)).map(({ taskId, attemptNumber, state }) => [
          taskId,
          attemptNumber,
          state,
        ]),
        [
          ['one', 1, 'success'],
          ['one', 2, 'success'],
          ['two', 1, 'failed'],
          ['two', 2, 'failed'],
        ],
      );
      await markTask(pool, run.runId, { taskId: 'two', state: 'success', by, reason: 'done by hand' });
      const { run: marked, tasks } = await engine.ended(run.runId);
      assert.equal(marked.state, 'success');
      assert.equal(tasks[1]?.errorText, 'done by hand');
      assert.deepEqual(
        (await eventsOf(run.runId)).map(({ action }) => action),
        [
          'run.created',
          'task.failed',
          'run.finished',
          'task.cleared',
          'task.failed',
          'run.finished',
          'task.marked',
          'run.finished',
        ],
      );
    },
  );

  await t.test('marking a failed task a success lets what was given up because of it run', async () => {
    await engine.writeDag(
      'marked',
      stepDag('marked', [
        'task_id: bad',
        'task_id: next, depends_on: [bad]',
        'task_id: last, depends_on: [next]',
      ]),
    );
    step.on('bad', () => {
      throw new FailTask('no');
    });
    const { run, states } = await engine.run('marked');
    assert.deepEqual(states, { bad: 'failed', next: 'upstream_failed', last: 'upstream_failed' });
    await markTask(pool, run.runId, { taskId: 'bad', state: 'success', by, reason: 'done by hand' });
    const after = await until('the run to go on to its end', async () => {
      const found = await engine.ended(run.runId);
      return found.run.state === 'success' ? found : null;
    });
    assert.deepEqual(after.states, { bad: 'success', next: 'success', last: 'success' });
    assert.equal(step.startsOf('bad'), 1);
  });

  await t.test(
    'a pool of one slot never runs two at a time, and each waiting task gets its turn',
    async () => {
      await engine.writeDag(
        'pooled',
        stepDag(
          'pooled',
          Array.from({ length: 6 }, (_, index) => `task_id: p${index}, pool: erp, priority: ${index}`),
        ),
      );
      await setPoolSlots(pool, 'erp', 1);
      let running = 0;
      let most = 0;
      for (let index = 0; index < 6; index += 1) {
        step.on(`p${index}`, async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        });
      }
      const { run } = await engine.run('pooled');
      assert.equal(run.state, 'success');
      assert.equal(most, 1);
    },
  );

  await t.test('max_active_runs holds the second run back until the first has ended', async () => {
    await engine.writeDag('single', stepDag('single', ['task_id: held']));
    const held = gate();
    step.on('held', () => held.opened.then(() => undefined));
    const first = await trigger('single');
    await until('the first to run', async () => (await stateOf(first.runId, 'held')) === 'running');
    const second = await trigger('single');
    assert.equal(second.state, 'queued');
    held.open();
    await engine.ended(first.runId);
    assert.equal((await engine.ended(second.runId)).run.state, 'success');
  });
});
