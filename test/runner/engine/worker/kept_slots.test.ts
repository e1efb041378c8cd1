/** A bounded pool whose task is over while its work goes on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cancelRun, clearTasks } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { poolsToExplain } from '../../../../runner/store/run/explain.ts';
import { instancesOfRun } from '../../../../runner/store/task/instance.ts';
import { listPools } from '../../../../runner/store/worker/pool.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;
await engine.startWorker();

/** A task of pool `partner` that ignores its signal until its gate is opened, and one that waits for its slot. */
async function deafAndWaiting(dagId: string, extra = '') {
  await engine.writeDag(
    `${dagId}_deaf`,
    stepDag(`${dagId}_deaf`, [`task_id: ${dagId}_deaf, pool: ${dagId}${extra}`]),
  );
  await engine.writeDag(
    `${dagId}_next`,
    stepDag(`${dagId}_next`, [`task_id: ${dagId}_next, pool: ${dagId}`]),
  );
  const [begun, held] = [gate(), gate()];
  let isWorking = false;
  let wasBeside = false;
  step.on(`${dagId}_deaf`, async () => {
    isWorking = true;
    begun.open();
    await held.opened;
    isWorking = false;
    return null;
  });
  step.on(`${dagId}_next`, () => {
    wasBeside = isWorking;
    return null;
  });
  const run = (id: string) =>
    triggerRun(pool, { dagId: id, date: null, params: {}, timeEdges: 'keep', by, reason: null });
  const deaf = await run(`${dagId}_deaf`);
  await begun.opened;
  const next = await run(`${dagId}_next`);
  return { deaf, next, held, wasBeside: () => wasBeside };
}

const poolNow = async (name: string) => (await listPools(pool)).find((one) => one.name === name);

test('a cancelled task that ignores its signal keeps its slot until its work has ended', async () => {
  const { deaf, next, held, wasBeside } = await deafAndWaiting('cancelled');
  await cancelRun(pool, deaf.runId, { by, reason: null });
  assert.deepEqual(await poolNow('cancelled'), { name: 'cancelled', slots: 1, used: 0, held: 1, queued: 1 });
  const holders = (await poolsToExplain(pool, next.runId)).get('cancelled')?.holders ?? [];
  assert.deepEqual(
    holders.map(({ taskId, isOver }) => [taskId, isOver]),
    [['cancelled_deaf', true]],
  );
  held.open();
  assert.equal((await engine.ended(next.runId)).run.state, 'success');
  assert.equal(wasBeside(), false);
  assert.equal((await poolNow('cancelled'))?.held, 0);
});

test('a task that timed out keeps its slot too, beyond its grace time', async () => {
  const { deaf, next, held, wasBeside } = await deafAndWaiting(
    'timed',
    ', execution_timeout: 1s, retries: 0',
  );
  const ended = await engine.ended(deaf.runId);
  assert.equal(ended.run.state, 'failed');
  assert.equal((await poolNow('timed'))?.held, 1);
  const [waiting] = await instancesOfRun(pool, next.runId);
  assert.equal(waiting?.state, 'queued');
  held.open();
  await engine.ended(next.runId);
  assert.equal(wasBeside(), false);
});

test('a task that is cleared while it works begins again only when the slot is free', async () => {
  const { deaf, next, held } = await deafAndWaiting('cleared');
  await clearTasks(pool, deaf.runId, {
    taskId: null,
    onlyFailed: false,
    downstream: false,
    by,
    reason: null,
  });
  assert.equal((await poolNow('cleared'))?.held, 1);
  assert.equal(step.startsOf('cleared_deaf'), 1);
  held.open();
  await engine.ended(deaf.runId);
  await engine.ended(next.runId);
  assert.equal(step.startsOf('cleared_deaf'), 2);
});

test('a slot kept for a worker that is gone is free', async () => {
  const { deaf, next, held } = await deafAndWaiting('gone');
  await cancelRun(pool, deaf.runId, { by, reason: null });
  assert.equal((await poolNow('gone'))?.held, 1);
  const { rows } = await pool.query<{ id: number }>(
    `insert into stockflow.worker (host, pid, code_version, concurrency, lease_expires_at, lost_at)
     values ('elsewhere', 1, 'x', 1, now(), now()) returning worker_id as id`,
  );
  await pool.query('update stockflow.held_slot set worker_id = $1 where pool = $2', [rows[0]?.id, 'gone']);
  assert.equal((await poolNow('gone'))?.held, 0);
  await until('the waiting task to end', async () => (await engine.ended(next.runId)).run.finishedAt);
  held.open();
});
