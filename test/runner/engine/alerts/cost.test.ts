import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { settlingTransactions } from '../../../support/engine/settling.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

test('alerts cost a hop and a success no statement; only what is told adds some', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  step.on('break', () => {
    throw new FailTask('broken');
  });
  const worker = await engine.startWorker({ concurrency: 1 });
  const settling = settlingTransactions(worker.engine.pool);
  const chain = ['task_id: a', 'task_id: b, depends_on: [a]', 'task_id: c, depends_on: [b]'];
  const everyKind =
    'alerts: [{on: [failed, deadline_missed, not_started, slow, recovered, warning], to: [chat]}]';
  await engine.writeDag('untold', stepDag('untold', chain));
  await engine.writeDag('told', stepDag('told', chain, [everyKind]));
  await engine.writeDag('failing', stepDag('failing', ['task_id: break']));
  await engine.writeDag('failing_told', stepDag('failing_told', ['task_id: break'], [everyKind]));
  const statementsOf = async (dagId: string) => {
    settling.length = 0;
    await engine.run(dagId);
    return settling.map((names) => [...names]);
  };
  // The first run of a worker reads the versions.
  await statementsOf('untold');
  await statementsOf('told');
  const untold = await statementsOf('untold');
  assert.equal(untold.length, 3, 'one transaction a task');
  assert.deepEqual(
    untold.flat().filter((name) => name.includes('alert')),
    [],
  );
  assert.deepEqual(await statementsOf('told'), untold);

  await statementsOf('failing');
  await statementsOf('failing_told');
  const [plain = []] = await statementsOf('failing');
  const [told = []] = await statementsOf('failing_told');
  assert.equal(told.length, plain.length + 3, 'why it failed, the alert with its deliveries, and their jobs');
  assert.deepEqual(
    told
      .filter((name) => !plain.includes(name))
      .map((name) => /\w+/.exec(name.replace('stockflow.', ''))?.[0]),
    ['with', 'insert_alert', 'add_alert_jobs'],
  );
});
