import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { warningsOfRuns } from '../../runner/store/task/warning.ts';
import { testNight } from '../support/night/night.ts';

/** 2025-01-15, run from the snapshot of 04:45Z. */
const night = await testNight({ after });
await night.startWorker();
const { pool, file, site, snapshotAt } = night;
const first = await night.run();
assert.equal(first.run.state, 'success');

/** The file with every count one higher. */
const corrected = file
  .toString()
  .split('\n')
  .map((line, index) =>
    index === 0
      ? line
      : line.replace(/,(-?\d+),("(?:[^"]|"")*"|[^,]*)$/, (_, count, rest) => `,${Number(count) + 1},${rest}`),
  )
  .join('\n');

async function unitsOnHand(): Promise<number> {
  const { rows } = await pool.query<{ units: number }>(
    `select sum(i.quantity_on_hand_total)::float8 as units
       from oms.external_inventory_reset r join oms.inventory_item i using (facility_id, product_id)
      where r.batch_id = 'RESET-RETAIL_PRO-2025-01-15'`,
  );
  return rows[0]?.units ?? 0;
}

async function coveredKeys(): Promise<number> {
  const { rowCount } = await pool.query(
    `select from oms.external_inventory_reset where batch_id = 'RESET-RETAIL_PRO-2025-01-15'`,
  );
  return rowCount ?? 0;
}

const warningsOf = async (runId: number) =>
  (await warningsOfRuns(pool, [runId]))
    .filter(({ taskId }) => taskId !== 'export_active_products')
    .map(({ taskId, sentence }) => `${taskId}: ${sentence}`);

test('a night that is run again from its own file succeeds, and warns that nothing was changed, beside what it left undone', async () => {
  const { run } = await night.run();
  assert.equal(run.state, 'success');
  const warnings = await warningsOf(run.runId);
  assert.deepEqual(
    warnings.map((line) => line.replace(/( was applied before, at) \S+,/, '$1,')),
    [
      'reset_inventory: nothing was changed: RESET-RETAIL_PRO-2025-01-15 was applied before, at, from this very file',
      ...(await warningsOf(first.run.runId)),
      'apply_variance: nothing was changed: VARIANCE-RETAIL_PRO-2025-01-15 was applied before, at, from this very file',
    ],
  );
});

test('a corrected file fails the run without `supersede`; with it the file is applied on top, and proved', async () => {
  await site.putReset({ snapshotAt: snapshotAt.add({ seconds: 1 }), content: corrected });
  const before = await unitsOnHand();
  const ignored = await night.run();
  assert.equal(ignored.run.state, 'failed');
  assert.equal(await unitsOnHand(), before);
  const failed = ignored.tasks.find(({ state }) => state === 'failed');
  assert.equal(failed?.taskId, 'wait_for_reset_file');
  assert.match(
    failed.errorText ?? '',
    /^2025-01-15: the night is applied from the snapshot 2025-01-15T04:45:00Z .* another file, of the snapshot 2025-01-15T04:45:01Z .*; nothing was changed$/,
  );
  assert.deepEqual(failed.remedy?.clear?.params, { supersede: 'true', supersede_reason: null });

  const params = { supersede: 'true', supersede_reason: 'all stores were recounted' };
  const { run, tasks } = await night.run({ params });
  assert.equal(run.state, 'success', tasks.map(({ errorText }) => errorText).join());
  const reset = tasks.find(({ taskId }) => taskId === 'reset_inventory');
  assert.match(JSON.stringify(reset?.output), /"batch_id":"RESET-RETAIL_PRO-2025-01-15-r2"/);
  // Every covered count is one higher; what was shipped unacknowledged by the first snapshot still is by the second.
  assert.equal((await unitsOnHand()) - before, await coveredKeys());
  const { rows } = await pool.query(
    `select reason from audit.event where action = 'night.superseded' and run_id = $1`,
    [run.runId],
  );
  assert.deepEqual(rows, [{ reason: 'all stores were recounted' }]);
  assert.deepEqual(await warningsOf(run.runId), []);
});
