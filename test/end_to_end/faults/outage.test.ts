import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSound } from '../../../demo/report/report.ts';
import { testNight } from '../../support/night/night.ts';

test('P2: after five hours without any worker between reset and variance, the variance is applied at once, once, and right', async (t) => {
  const night = await testNight(t);
  const worker = await night.startWorker();
  const runId = await night.trigger({ timeEdges: 'keep' });
  const waiting = await night.untilTask(runId, 'apply_variance', ({ state }) => state === 'deferred');
  await worker.stop();
  const reset = await night.untilTask(runId, 'reset_inventory', ({ state }) => state === 'success');
  const dueAt = reset.finishedAt?.add({ hours: 1 });
  assert.equal(waiting.wakeAt?.toString(), dueAt?.toString());

  await passFiveHours();
  await night.startWorker();
  const ended = await night.ended(runId);
  assert.equal(ended.run.state, 'success');
  const report = await night.report(ended);
  assert.ok(isSound(report), JSON.stringify(report));
  const { rows } = await night.pool.query<{ kind: string; batches: number }>(
    'select kind, count(*)::integer as batches from oms.inventory_sync_batch group by kind order by kind',
  );
  assert.deepEqual(rows, [
    { kind: 'RESET', batches: 1 },
    { kind: 'VARIANCE', batches: 1 },
  ]);

  /** Moves all records of the night five hours into the past, including the queue's wake-up job. */
  async function passFiveHours(): Promise<void> {
    const client = await night.pool.connect();
    await client.query('begin');
    await client.query(`set local stockflow.operator = 'on'`);
    await client.query(
      `update stockflow.task_instance
          set planned_at = planned_at - interval '5h', wake_at = wake_at - interval '5h',
              started_at = started_at - interval '5h', finished_at = finished_at - interval '5h'
        where run_id = $1`,
      [runId],
    );
    await client.query(`update graphile_worker._private_jobs set run_at = run_at - interval '5h'`);
    await client.query('commit');
    client.release();
  }
});
