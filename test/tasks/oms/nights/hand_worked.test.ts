import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { openOmsWorld, runOf, T } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';
const LATER = '2026-03-10T02:00:00Z';
const AFTER = '2026-03-10T03:30:00Z';

test('a shipment that Retail Pro has not booked is taken off its count', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10, 1);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  // On the shelf are 7; Retail Pro still says 10. Nothing else is wrong.
  const night = await oms.night([['F1', 'SKU-P1', 10]]);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 7, atp: 6 });
  // L was 7, so the reset posted +3 and the variance -3.
  assert.equal(night.reset.units, 3);
  assert.equal(night.reset.net_units, 3);
  assert.equal(night.applied.net_units, -3);
  assert.equal(night.frozen.units, 3);
  assert.equal(night.frozen.rows, 1);
  assert.equal(
    await oms.tasks.files.text(night.frozen.location),
    'facilityId,externalFacilityId,idType,idValue,availableDelta,locationSeqId,varianceReasonId,comments\n' +
      'F1,,SKU,SKU-P1,-3,,VAR_INTEGR,\n',
  );
  await assertProven(oms);
});

test('a shipment booked by the snapshot needs no variance, one booked after it does', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  for (const [product, booked] of [
    ['P1', LATER],
    ['P2', AFTER],
    ['P3', T],
  ] as const) {
    await oms.product(product);
    await oms.stock('F1', product, 10);
    await oms.ship({ id: `S-${product}`, facility: 'F1', product, quantity: 2, at: BEFORE });
    await oms.posting({
      id: `I-${product}`,
      of: `S-${product}`,
      facility: 'F1',
      product,
      diff: -2,
      sent: BEFORE,
      booked,
    });
  }
  // Retail Pro has taken 2 off where it booked by T, T itself included.
  const night = await oms.night([
    ['F1', 'SKU-P1', 8],
    ['F1', 'SKU-P2', 10],
    ['F1', 'SKU-P3', 8],
  ]);
  for (const product of ['P1', 'P2', 'P3']) assert.equal((await oms.onHand('F1', product))?.qoh, 8);
  assert.equal(night.applied.keys, 1);
  await assertProven(oms);
});

test('a shipment booked at the wrong store is corrected at both', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 20);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 4, at: BEFORE });
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F2',
    product: 'P1',
    diff: -4,
    sent: BEFORE,
    booked: LATER,
  });
  // F1 shipped 4 of 10 and Retail Pro took them from F2's 20.
  const night = await oms.night([
    ['F1', 'SKU-P1', 10],
    ['F2', 'SKU-P1', 16],
  ]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 6);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 20);
  assert.match(await oms.tasks.files.text(night.frozen.location), /F1,,SKU,SKU-P1,-4,.*\nF2,,SKU,SKU-P1,4,/);
  await assertProven(oms);
});

test('slips that repair a wrong booking settle both stores', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 20);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 4, at: BEFORE });
  await oms.posting({ id: 'I1', of: 'S1', facility: 'F2', product: 'P1', diff: -4, booked: LATER });
  await oms.posting({
    id: 'O1',
    of: 'S1',
    type: 'SLIP_OUT',
    facility: 'F1',
    product: 'P1',
    diff: -4,
    booked: LATER,
  });
  await oms.posting({
    id: 'O2',
    of: 'S1',
    type: 'SLIP_IN',
    facility: 'F2',
    product: 'P1',
    diff: 4,
    booked: LATER,
  });
  const night = await oms.night([
    ['F1', 'SKU-P1', 6],
    ['F2', 'SKU-P1', 20],
  ]);
  assert.equal(night.frozen.rows, 0);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 6);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 20);
});

test('units cancelled from a shipment never left', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 5, cancelled: 2, at: BEFORE });
  await oms.night([['F1', 'SKU-P1', 10]]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  await assertProven(oms);
});

test('what sells and ships after the snapshot stays sold and shipped', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.move('F1', 'P1', -1, AFTER);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 2, at: AFTER });
  // Retail Pro counted 12 at T: two more than the OMS knew. Then 1 sold and 2 shipped.
  await oms.night([['F1', 'SKU-P1', 12]]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 9);
  await assertProven(oms);
});

test('what sells, ships and is booked between freeze, reset and variance does not bend the counts', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.posting({ id: 'I1', of: 'S1', facility: 'F1', product: 'P1', diff: -3, sent: AFTER });
  const frozen = await oms.freeze();
  await oms.pool.query(
    "update oms.external_inventory_posting set external_posted_at = $1 where posting_id = 'I1'",
    [AFTER],
  );
  await oms.move('F1', 'P1', -1, '2026-03-10T05:45:00Z');
  await oms.reset(await oms.resetFile([['F1', 'SKU-P1', 10]]));
  await oms.ship({ id: 'S2', facility: 'F1', product: 'P1', quantity: 2, at: '2026-03-10T06:10:00Z' });
  await oms.applyVariance(frozen);
  // 10 - 3 on the shelf at T, then 1 sold and 2 shipped.
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 4);
  await assertProven(oms);
});

test('a negative count of Retail Pro is kept', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 2);
  const { reset } = await oms.night([['F1', 'SKU-P1', -3]]);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: -3, atp: -3 });
  assert.equal(reset.zero_or_below.count, 1);
  assert.deepEqual(reset.zero_or_below.first, [
    { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', before: 2, after: -3, diff: -5 },
  ]);
  await assertProven(oms);
});

test('a key the OMS never had gets an item with the count, and a key already right gets no detail', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 5);
  const { reset } = await oms.night([
    ['F1', 'SKU-P1', 5],
    ['F2', 'SKU-P1', 9],
  ]);
  assert.deepEqual(await oms.onHand('F2', 'P1'), { qoh: 9, atp: 9 });
  assert.equal(reset.keys, 2);
  assert.equal(reset.changed_keys, 1);
  const { rows } = await oms.pool.query<{ facility_id: string; diff: string }>(
    'select facility_id, trim_scale(quantity_on_hand_diff)::text as diff from oms.external_inventory_reset order by 1',
  );
  assert.deepEqual(rows, [
    { facility_id: 'F1', diff: '0' },
    { facility_id: 'F2', diff: '9' },
  ]);
  const details = await oms.pool.query(
    "select from oms.inventory_item_detail where reason_enum_id = 'VAR_EXT_RESET'",
  );
  assert.equal(details.rowCount, 1);
  await assertProven(oms);
});

test('the first night of an OMS without any inventory sets every count', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  const night = await oms.night([['F1', 'SKU-P1', 4]]);
  assert.equal(night.frozen.expectation_keys, 0);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 4, atp: 4 });
});

test('a key that the file does not cover is untouched, and its variance is skipped and reported', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.product('P2');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F1', 'P2', 10);
  await oms.ship({ id: 'S2', facility: 'F1', product: 'P2', quantity: 3, at: BEFORE });
  const night = await oms.night([['F1', 'SKU-P1', 8]]);
  assert.equal(night.frozen.rows, 1);
  assert.equal(night.applied.keys, 0);
  assert.equal(night.applied.skipped_uncovered, 1);
  assert.deepEqual(night.applied.uncovered, [{ facility_id: 'F1', product_id: 'P2', quantity: -3 }]);
  assert.deepEqual(await oms.onHand('F1', 'P2'), { qoh: 7, atp: 7 });
  await assertProven(oms);
});

test('two nights in a row: the second corrects what the first could not know', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F1',
    product: 'P1',
    diff: -3,
    sent: AFTER,
    booked: AFTER,
  });
  await oms.night([['F1', 'SKU-P1', 10]]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  // The next day one unit is stolen: Retail Pro counts 6, with the invoice booked.
  const next = { snapshot: { snapshot_at: '2026-03-11T03:00:00Z' }, overrides: runOf('2026-03-11') };
  const second = await oms.night([['F1', 'SKU-P1', 6]], next);
  assert.equal(second.frozen.rows, 0);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 6);
  await assertProven(oms, '2026-03-10');
  await assertProven(oms, '2026-03-11');
});

test('shipments that stay unbooked for days are reported, oldest first', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  const ship = (id: string, at: string) => oms.ship({ id, facility: 'F1', product: 'P1', quantity: 1, at });
  await ship('FIVE_DAYS', '2026-03-05T02:00:00Z');
  await ship('TEN_DAYS', '2026-02-28T03:00:00Z');
  await ship('TWO_DAYS', '2026-03-08T00:00:00Z');
  await ship('BOOKED', '2026-02-01T00:00:00Z');
  await oms.posting({
    id: 'I1',
    of: 'BOOKED',
    facility: 'F1',
    product: 'P1',
    diff: -1,
    booked: '2026-02-02T00:00:00Z',
  });
  const { unacknowledged } = await oms.freeze();
  assert.equal(unacknowledged.count, 2);
  assert.deepEqual(
    unacknowledged.oldest.map(({ item_issuance_id, order_id, age_days }) => [
      item_issuance_id,
      order_id,
      age_days,
    ]),
    [
      ['TEN_DAYS', 'ORDER-TEN_DAYS', 10],
      ['FIVE_DAYS', 'ORDER-FIVE_DAYS', 5],
    ],
  );
});
