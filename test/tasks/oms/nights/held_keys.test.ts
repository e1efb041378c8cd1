import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { openOmsWorld, T } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';
const LATER = '2026-03-10T02:00:00Z';
const AFTER = '2026-03-10T03:30:00Z';

test("a posting that may or may not be in the count holds out its key and its shipment's", async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.product('P2');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 10);
  await oms.stock('F1', 'P2', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F2',
    product: 'P1',
    diff: -3,
    sent: LATER,
    answered: AFTER,
  });
  const night = await oms.night([
    ['F1', 'SKU-P1', 99],
    ['F2', 'SKU-P1', 98],
    ['F1', 'SKU-P2', 9],
  ]);
  assert.equal(night.frozen.ambiguous_keys, 2);
  assert.deepEqual(night.frozen.ambiguous[0], {
    facility_id: 'F1',
    product_id: 'P1',
    sku: 'SKU-P1',
    reason: 'AMBIGUOUS_POSTING',
    detail: 'posting I1: sent 2026-03-10T02:00:00Z, answered 2026-03-10T03:30:00Z',
  });
  assert.equal(night.reset.held_out_keys, 2);
  assert.equal(night.reset.keys, 1);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 10);
  assert.equal((await oms.onHand('F1', 'P2'))?.qoh, 9);
  await assertProven(oms);
});

test('without a booking time, an answer by the snapshot says yes, a later sending no, and anything else nothing', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  const cases = [
    { product: 'P1', answered: LATER, expect: 'booked' },
    { product: 'P2', sent: BEFORE, answered: T, expect: 'booked' },
    { product: 'P3', sent: AFTER, expect: 'unbooked' },
    { product: 'P4', sent: AFTER, answered: AFTER, expect: 'unbooked' },
    { product: 'P5', sent: T, expect: 'held' },
    { product: 'P6', answered: AFTER, expect: 'held' },
    { product: 'P7', expect: 'held' },
  ];
  for (const { product, sent, answered } of cases) {
    await oms.product(product);
    await oms.stock('F1', product, 10);
    await oms.ship({ id: `S-${product}`, facility: 'F1', product, quantity: 1, at: BEFORE });
    const times = { ...(sent && { sent }), ...(answered && { answered }) };
    await oms.posting({
      id: `I-${product}`,
      of: `S-${product}`,
      facility: 'F1',
      product,
      diff: -1,
      ...times,
    });
  }
  const frozen = await oms.freeze();
  const held = new Set(frozen.ambiguous.map((key) => key.product_id));
  const file = await oms.tasks.files.text(frozen.location);
  for (const { product, expect } of cases) {
    const found = held.has(product) ? 'held' : file.includes(`SKU-${product},-1,`) ? 'unbooked' : 'booked';
    assert.equal(found, expect, product);
  }
});

test('a variance of half a unit fits in no file, so its key is held out', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 1.5, at: BEFORE });
  const night = await oms.night([['F1', 'SKU-P1', 10]]);
  assert.deepEqual(
    night.frozen.ambiguous.map((key) => [key.reason, key.detail]),
    [['FRACTIONAL_VARIANCE', 'variance of -1.5 units']],
  );
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 8.5);
});
