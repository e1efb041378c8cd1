import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTransaction } from '../../../runner/connections/postgres/connect.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { reclaimLostTasks } from '../../../runner/store/queue/lease.ts';
import { claim } from '../../../runner/store/task/claim.ts';
import { giveUpLease, registerWorker, withdrawCrashes } from '../../../runner/store/worker/worker.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

test('only the death of a worker that ran nothing else, and stays dead, is held against a task', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  const { pool } = engine;
  assert.deepEqual(await engine.writeDag('lone', stepDag('lone', ['task_id: a', 'task_id: b'])), []);
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'lone', date: null, params: {}, reason: null },
    timeEdges: 'keep',
    by: { actor: 'test', channel: 'cli' },
  });
  const newWorker = () =>
    registerWorker(
      pool,
      { host: 'h', pid: 1, codeVersion: 'test', concurrency: 4, schemaVersion: 23 },
      10_000,
    );
  const claimBy = async (workerId: number, taskId: string) => {
    const { rows } = await pool.query<{ taskInstanceId: number; token: number }>(
      `select task_instance_id as "taskInstanceId", attempt_token as token from stockflow.task_instance
        where run_id = $1 and task_id = $2`,
      [runId, taskId],
    );
    const [target] = rows;
    assert.ok(
      target !== undefined && (await claim(pool, target, workerId)) !== null,
      `${taskId} was claimed`,
    );
  };
  const deathOf = async (workerId: number) => {
    await giveUpLease(pool, workerId, 'it died');
    await withTransaction(pool, (tx) => reclaimLostTasks(tx, runId));
  };
  const counts = async () => {
    const { rows } = await pool.query<{ counted: string }>(
      `select task_id || ' ' || crash_count || ' ' || lone_crash_count as counted
         from stockflow.task_instance where run_id = $1 order by task_id`,
      [runId],
    );
    return rows.map(({ counted }) => counted);
  };

  const inCompany = await newWorker();
  await claimBy(inCompany, 'a');
  await claimBy(inCompany, 'b');
  await deathOf(inCompany);
  assert.deepEqual(await counts(), ['a 1 0', 'b 1 0']);

  const alone = await newWorker();
  await claimBy(alone, 'a');
  await deathOf(alone);
  assert.deepEqual(await counts(), ['a 2 1', 'b 1 0']);

  // It does not know yet that it was given up, and goes on claiming.
  await claimBy(alone, 'b');
  await deathOf(alone);
  assert.deepEqual(await counts(), ['a 2 1', 'b 2 0']);

  await withdrawCrashes(pool, alone);
  assert.deepEqual(await counts(), ['a 2 0', 'b 2 0']);
  await withdrawCrashes(pool, alone);
  assert.deepEqual(await counts(), ['a 2 0', 'b 2 0']);
});
