import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { openOmsWorld, T } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';
const LATER = '2026-03-10T02:00:00Z';
const AFTER = '2026-03-10T03:30:00Z';

test("each facility's own snapshot decides, under its own or its external id", async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2', 'STORE-2');
  await oms.product('P1');
  for (const facility of ['F1', 'F2']) {
    await oms.stock(facility, 'P1', 10);
    await oms.ship({ id: `S-${facility}`, facility, product: 'P1', quantity: 2, at: LATER });
  }
  // F2 was counted at 01:30, before its 2 units left at 02:00; F1 at 03:00, after.
  const snapshot = { snapshot_at: T, facilities: { 'STORE-2': '2026-03-10T01:30:00Z' } };
  const night = await oms.night(
    [
      ['F1', 'SKU-P1', 10],
      ['F2', 'SKU-P1', 10],
    ],
    { snapshot },
  );
  assert.match(
    await oms.tasks.files.text(night.frozen.location),
    /comments\nF1,,SKU,SKU-P1,-2,,VAR_INTEGR,\n$/,
  );
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 8);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 8);
  const { rows } = await oms.pool.query<{ at: string }>(
    "select physical_inventory_date::text as at from oms.physical_inventory where physical_inventory_id like 'RESET-%:F1'",
  );
  assert.equal(rows.length, 1);
  await assertProven(oms);
});

test('shipments before go-live and their postings count as settled', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 10);
  await oms.ship({ id: 'OLD1', facility: 'F1', product: 'P1', quantity: 1, at: '2026-01-05T00:00:00Z' });
  await oms.ship({ id: 'OLD2', facility: 'F1', product: 'P1', quantity: 1, at: '2026-01-06T00:00:00Z' });
  await oms.posting({ id: 'I2', of: 'OLD2', facility: 'F2', product: 'P1', diff: -1, booked: LATER });
  await oms.ship({ id: 'OLD3', facility: 'F1', product: 'P1', quantity: 1, at: '2026-01-07T00:00:00Z' });
  await oms.posting({ id: 'I3', of: 'OLD3', facility: 'F1', product: 'P1', diff: -1, sent: BEFORE });
  await oms.ship({ id: 'NEW', facility: 'F1', product: 'P1', quantity: 2, at: '2026-02-02T00:00:00Z' });
  const night = await oms.night(
    [
      ['F1', 'SKU-P1', 7],
      ['F2', 'SKU-P1', 10],
    ],
    { goLive: '2026-02-01T00:00:00Z' },
  );
  assert.equal(night.frozen.ambiguous_keys, 0);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 5);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 10);
  await assertProven(oms);
});

test('a shipment without a time left when its detail says', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.ship({ id: 'S2', facility: 'F1', product: 'P1', quantity: 4, at: AFTER });
  await oms.pool.query(
    'update oms.item_issuance set issued_date_time = null, facility_id = null, product_id = null',
  );
  await oms.night([['F1', 'SKU-P1', 10]]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 3);
  await assertProven(oms);
});
