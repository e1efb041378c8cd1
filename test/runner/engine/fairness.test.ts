import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

test('no run keeps a slot from the others', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const trigger = async (dagId: string): Promise<number> => {
    const { runId } = await triggerRun(engine.pool, {
      ...{ dagId, date: null, params: {}, timeEdges: 'keep', reason: null },
      by: { actor: 'test', channel: 'cli' },
    });
    return runId;
  };
  const order = () => step.started.map(({ taskId }) => taskId);
  const wide = Array.from({ length: 40 }, (_, index) => `task_id: w${index}`);
  const chain = Array.from({ length: 10 }, (_, index) =>
    index === 0 ? 'task_id: c0' : `task_id: c${index}, depends_on: [c${index - 1}]`,
  );
  await engine.writeDag('wide', stepDag('wide', wide));
  await engine.writeDag('urgent', stepDag('urgent', ['task_id: urgent, priority: 5']));
  await engine.writeDag('chain', stepDag('chain', chain));
  await engine.writeDag('other', stepDag('other', ['task_id: other']));
  const worker = await engine.startWorker({ concurrency: 1, turnMs: 300 });

  await t.test('a task of higher priority goes before what is left of a fan-out', async () => {
    const held = gate();
    for (let index = 0; index < 40; index += 1) step.on(`w${index}`, () => held.opened.then(() => null));
    const wideRun = await trigger('wide');
    await until('the fan-out to begin', async () => order().length === 1);
    const urgentRun = await trigger('urgent');
    held.open();
    await engine.ended(wideRun);
    await engine.ended(urgentRun);
    assert.equal(order()[1], 'urgent');
    assert.equal(order().length, 41);
  });

  await t.test('a long chain gives its slot up to what has waited, and goes on after it', async () => {
    step.started.length = 0;
    const held = gate();
    for (let index = 0; index < 10; index += 1) step.on(`c${index}`, () => pause(100).then(() => null));
    step.on('c0', () => held.opened.then(() => null));
    const chainRun = await trigger('chain');
    await until('the chain to begin', async () => order().length >= 1);
    const otherRun = await trigger('other');
    held.open();
    await engine.ended(otherRun);
    const { run } = await engine.ended(chainRun);
    assert.equal(run.state, 'success');
    assert.ok(order().indexOf('other') < order().indexOf('c9'), order().join(' '));
    assert.equal(order().length, 11);
  });
  await worker.stop(1_000);
});
