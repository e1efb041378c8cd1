import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type NightCheck, verifyNight } from '../../../tasks/oms/verify/verify.ts';
import { BUSINESS_DATE, type OmsWorld, openOmsWorld, SYSTEM } from './oms_world.ts';

/** Opens an applied night: P1 covered (V of -3), P2 not. */
async function openAppliedNight(t: TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.product('P2');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F1', 'P2', 5);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: '2026-03-10T01:00:00Z' });
  await oms.night([['F1', 'SKU-P1', 10]]);
  return oms;
}

async function verify(oms: OmsWorld): Promise<NightCheck> {
  const client = await oms.pool.connect();
  try {
    return await verifyNight(client, { externalSystemId: SYSTEM, businessDate: BUSINESS_DATE });
  } finally {
    client.release();
  }
}

function violated(checks: NightCheck): string[] {
  return Object.entries(checks).flatMap(([name, { violations }]) => (violations > 0 ? [name] : []));
}

test('a right night is checked on every key and has no violation', async (t) => {
  const checks = await verify(await openAppliedNight(t));
  const right = { checked: 1, violations: 0, examples: [] };
  assert.deepEqual(checks, { I1: right, I2: right, I3: right, I4: right, I5: right });
});

const copyDetail = (changes: string) =>
  `insert into oms.inventory_item_detail
   select inventory_item_id, 'COPY', effective_date, now(), ${changes}, reason_enum_id, null, physical_inventory_id
     from oms.inventory_item_detail where reason_enum_id = 'VAR_INTEGR'`;

test('a variance posted twice breaks I1, I2 and I5, and says what was found', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query(copyDetail('quantity_on_hand_diff, available_to_promise_diff'));
  const checks = await verify(oms);
  assert.deepEqual(violated(checks), ['I1', 'I2', 'I5']);
  assert.deepEqual(checks.I1.examples, [
    { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', expected: 7, found: 4 },
  ]);
});

test('a correction of on hand alone breaks I3', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query(
    "update oms.inventory_item_detail set available_to_promise_diff = 0 where reason_enum_id = 'VAR_INTEGR'",
  );
  assert.deepEqual(violated(await verify(oms)), ['I3']);
});

test('a batch that touched a key outside the file breaks I4', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query(
    "update oms.inventory_item_detail set inventory_item_id = 'F1/P2' where reason_enum_id = 'VAR_INTEGR'",
  );
  assert.deepEqual(violated(await verify(oms)), ['I1', 'I2', 'I4']);
});

test('a total that is not the sum of its details breaks I2', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query('alter table oms.inventory_item disable trigger user');
  await oms.pool.query("update oms.inventory_item set quantity_on_hand_total = 8 where product_id = 'P1'");
  const checks = await verify(oms);
  assert.deepEqual(violated(checks), ['I2']);
  assert.deepEqual(checks.I2.examples, [
    { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', expected: 7, found: 8 },
  ]);
});

test('a ledger entry that is gone while the total stands breaks I1 alone', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query('alter table oms.inventory_item_detail disable trigger user');
  await oms.pool.query("delete from oms.inventory_item_detail where reason_enum_id = 'VAR_INTEGR'");
  const checks = await verify(oms);
  assert.deepEqual(violated(checks), ['I1']);
  assert.deepEqual(checks.I1.examples, [
    { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', expected: 7, found: 10 },
  ]);
});

test('an entry of a batch for a key outside the file breaks I4 even where it moves nothing', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query(copyDetail('0, 0').replace('select inventory_item_id', "select 'F1/P2'"));
  const checks = await verify(oms);
  assert.deepEqual(violated(checks), ['I4']);
  assert.deepEqual(checks.I4.examples, [
    { facility_id: 'F1', product_id: 'P2', sku: 'SKU-P2', expected: 0, found: 1 },
  ]);
});

test('a variance posted in two parts that sum to it breaks I5 alone', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.pool.query(
    `update oms.inventory_item_detail set quantity_on_hand_diff = -1, available_to_promise_diff = -1
      where reason_enum_id = 'VAR_INTEGR'`,
  );
  await oms.pool.query(copyDetail('-2, -2'));
  const checks = await verify(oms);
  assert.deepEqual(violated(checks), ['I5']);
  assert.deepEqual(checks.I5.examples, [
    { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', expected: 1, found: 2 },
  ]);
});
