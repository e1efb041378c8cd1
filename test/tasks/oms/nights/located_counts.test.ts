/** Tests files that count a product at several locations of one store. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import reset from '../../../../tasks/reset.ts';
import { assertProven } from '../assert_proven.ts';
import { type OmsWorld, openOmsWorld, SYSTEM, T } from '../oms_world.ts';

/** Opens a night: P1 and P2 have 10 each at F1, and P1 has 10 at F2. */
async function openNight(t: TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  for (const facility of ['F1', 'F2']) await oms.facility(facility);
  for (const product of ['P1', 'P2']) await oms.product(product);
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F1', 'P2', 10);
  await oms.stock('F2', 'P1', 10);
  await oms.freeze();
  return oms;
}

async function apply(oms: OmsWorld, rows: readonly string[], locations?: 'hold_out' | 'sum') {
  const content = `facilityId,locationSeqId,idValue,availableQty\n${rows.join('\n')}\n`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const location = 'sftp://retailpro/hotwax/reset_inventory/reset_inventory_located.csv';
  await oms.tasks.files.put(location, content);
  const file = { location, sha256, rows: rows.length, snapshot_at: T };
  return await oms.tasks.run(reset, { connection: 'oms', external_system_id: SYSTEM, file, locations });
}

const ROWS = ['F1,A1,SKU-P1,3', 'F1,B2,SKU-P1,3', 'F1,A1,SKU-P2,4', 'F2,A1,SKU-P1,6', 'F2,A1,SKU-P1,6'];

test('a key at two locations is left alone, recorded and said, also where both say the same', async (t) => {
  const oms = await openNight(t);
  const output = await apply(oms, ROWS);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 10);
  assert.equal((await oms.onHand('F1', 'P2'))?.qoh, 4);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 6);
  assert.match(JSON.stringify(output), /"keys_at_several_locations":1,"held_out_rows":2,"summed":0/);
  assert.match(JSON.stringify(output), /"collapsed":1/);
  const { rows } = await oms.pool.query('select product_id, reason, detail from oms.inventory_sync_held_key');
  assert.deepEqual(rows, [
    { product_id: 'P1', reason: 'SEVERAL_LOCATIONS', detail: 'lines 2, 3 say 3 at A1, 3 at B2' },
  ]);
  assert.match(
    oms.tasks.warnings.join(),
    /^1 count was left alone: the file has counts at several locations of a store, and locations: sum is not set$/,
  );
  assert.deepEqual(oms.tasks.remedies, [{ command: { label: 'list them', name: 'changes' } }]);
  await assertProven(oms);
});

test('where the sender counts by location, the key is set to the sum, and repeats of a location count once', async (t) => {
  const oms = await openNight(t);
  const output = await apply(oms, [...ROWS, 'F1,B2,SKU-P1,3'], 'sum');
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 6);
  assert.match(JSON.stringify(output), /"keys_at_several_locations":0,"held_out_rows":0,"summed":1/);
  assert.match(JSON.stringify(output), /"collapsed":2/);
  assert.deepEqual(oms.tasks.warnings, []);
  await assertProven(oms);
});

test('two counts of one location are no count, whatever the other locations say', async (t) => {
  const oms = await openNight(t);
  await apply(oms, ['F1,A1,SKU-P1,3', 'F1,A1,SKU-P1,4', 'F1,B2,SKU-P1,5', 'F2,,SKU-P1,6'], 'sum');
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 10);
  const { rows } = await oms.pool.query('select reason, detail from oms.inventory_sync_held_key');
  assert.deepEqual(rows, [
    { reason: 'CONFLICTING_ROWS', detail: 'lines 2, 3, 4 say 3 at A1, 4 at A1, 5 at B2' },
  ]);
});

test('counts that the night before set and this one does not are named, but for those that are held out', async (t) => {
  const oms = await openNight(t);
  await apply(oms, ['F1,,SKU-P1,3', 'F1,,SKU-P2,4', 'F2,,SKU-P1,6']);
  await oms.pool.query(
    `update oms.inventory_sync_batch set business_date = '2026-03-09', batch_id = 'before', snapshot_at = '2026-03-09T03:00:00Z'`,
  );
  await oms.pool.query(`update oms.external_inventory_reset set batch_id = 'before'`);
  await oms.freeze({ overrides: { attempt: { token: 'again' } } });
  const output = await apply(oms, ['F1,A1,SKU-P1,3', 'F1,B2,SKU-P1,3', 'F2,,SKU-P1,6']);
  assert.match(
    JSON.stringify(output),
    /"lost_cover":\{"count":1,"first":\[\{"sku":"SKU-P2","product_id":"P2","facility_id":"F1"\}\]\}/,
  );
  assert.equal(
    oms.tasks.warnings.at(-1),
    "1 count was left as the previous night set it, missing from tonight's file: SKU-P2 at F1",
  );
});
