import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { itemId, type OmsWorld, openOmsWorld } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';
const LATER = '2026-03-10T02:00:00Z';
const AFTER = '2026-03-10T03:30:00Z';

/** Cancels two of five units: the issuance has the quantity, and a detail of its own has the time. */
async function cancelTwo({ pool }: OmsWorld, at: string): Promise<void> {
  await pool.query("update oms.item_issuance set cancel_quantity = 2 where item_issuance_id = 'S1'");
  await pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
            quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
     values ($1, 'BACK', $2, 2, 2, 'S1')`,
    [itemId('F1', 'P1'), at],
  );
}

async function openWithShipmentOfFive(t: Parameters<typeof openOmsWorld>[0]): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 20);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 5, at: BEFORE });
  return oms;
}

test('units cancelled after the snapshot had still left at it, and are not counted back twice', async (t) => {
  const oms = await openWithShipmentOfFive(t);
  await cancelTwo(oms, AFTER);
  // Nothing was booked, so Retail Pro says 20. At the snapshot 15 lay there: the variance is -5, and 2 came back later.
  const { applied } = await oms.night([['F1', 'SKU-P1', 20]]);
  assert.equal(applied.net_units, -5);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 17, atp: 17 });
  await assertProven(oms);
});

test('units cancelled by the snapshot lay on the shelf again', async (t) => {
  const oms = await openWithShipmentOfFive(t);
  await cancelTwo(oms, LATER);
  // 20 in Retail Pro, 17 on the shelf: the variance is -3.
  const { applied } = await oms.night([['F1', 'SKU-P1', 20]]);
  assert.equal(applied.net_units, -3);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 17, atp: 17 });
  await assertProven(oms);
});

test('an invoice of all that left needs no variance while the cancelled units come back after the snapshot', async (t) => {
  const oms = await openWithShipmentOfFive(t);
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F1',
    product: 'P1',
    diff: -5,
    sent: LATER,
    booked: LATER,
  });
  await cancelTwo(oms, AFTER);
  // Retail Pro says 15, and so did the shelf; 2 came back later.
  const { frozen } = await oms.night([['F1', 'SKU-P1', 15]]);
  assert.equal(frozen.rows, 0);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 17, atp: 17 });
  await assertProven(oms);
});

test('a store counted earlier has its own snapshot decide what was cancelled by then', async (t) => {
  const oms = await openWithShipmentOfFive(t);
  await cancelTwo(oms, LATER);
  // F1 was counted at 01:30, before the two came back at 02:00: 15 on the shelf then.
  const snapshot = { snapshot_at: '2026-03-10T03:00:00Z', facilities: { F1: '2026-03-10T01:30:00Z' } };
  const { applied } = await oms.night([['F1', 'SKU-P1', 20]], { snapshot });
  assert.equal(applied.net_units, -5);
  assert.deepEqual(await oms.onHand('F1', 'P1'), { qoh: 17, atp: 17 });
  await assertProven(oms);
});
