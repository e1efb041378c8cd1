import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ambiguousKeys } from '../../../demo/world/ambiguity.ts';
import type { Booking } from '../../../demo/world/event.ts';
import { NEAR_MISSES } from '../../../demo/world/product.ts';
import { keyText } from '../../../demo/world/stock_key.ts';
import { makeWorld, type World } from '../../../demo/world/world.ts';

const SMALL = { seed: 'small', products: 300, facilities: 5, activeProducts: 12 };

test('the same seed and sizes make the same world, and another seed another one', () => {
  const fingerprint = makeWorld(SMALL).fingerprint;
  assert.equal(makeWorld(SMALL).fingerprint, fingerprint);
  assert.notEqual(makeWorld({ ...SMALL, seed: 'other' }).fingerprint, fingerprint);
  assert.notEqual(makeWorld({ ...SMALL, facilities: 6 }).fingerprint, fingerprint);
});

test('the snapshot is at 23:45 local on the evening before the business date', () => {
  const summer = makeWorld(SMALL);
  assert.equal(
    Temporal.Instant.fromEpochMilliseconds(summer.truth.snapshotAtMs).toString(),
    '2026-06-18T03:45:00Z',
  );
  const winter = makeWorld({ ...SMALL, businessDate: Temporal.PlainDate.from('2026-01-02') });
  assert.equal(
    Temporal.Instant.fromEpochMilliseconds(winter.truth.snapshotAtMs).toString(),
    '2026-01-02T04:45:00Z',
  );
});

test('product ids and SKUs are unique, and some look like numbers', () => {
  const { products, activeProducts, retailproOnlySkus } = makeWorld(SMALL);
  const skus = [...products.map(({ sku }) => sku), ...retailproOnlySkus];
  assert.equal(new Set(skus).size, 312);
  assert.equal(new Set(products.map(({ productId }) => productId)).size, 300);
  assert.equal(activeProducts.length, 12);
  assert.ok(activeProducts.some(({ sku }) => /^\dE\+0\d$/.test(sku)));
  assert.ok(activeProducts.some(({ sku }) => /^0\d+$/.test(sku)));
  assert.ok(products.some(({ productId }) => /^\dE\+\d+$/.test(productId)));
});

test('the changes that a newcomer sees first are of ordinary SKUs and of a size that a shop could have', () => {
  const { truth, products } = makeWorld();
  const skus = new Map(products.map(({ productId, sku }) => [productId, sku]));
  const largest = [...truth.keys.values()]
    .map(({ productId, before, after }) => ({
      sku: skus.get(productId) ?? '',
      after: after.onHandUnits,
      size: Math.abs(after.onHandUnits - before.onHandUnits),
    }))
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 20);
  for (const change of largest) {
    assert.match(change.sku, /^[1-9]\d{7}$/);
    assert.ok(change.size >= 10 && change.size <= 30, JSON.stringify(change));
    assert.ok(change.after >= -5, JSON.stringify(change));
  }
});

test('each way of nearly being active occurs, and an SKU read as a number would hit an inactive one', () => {
  const { products, activeProducts } = makeWorld(SMALL);
  for (const nearMiss of NEAR_MISSES)
    assert.ok(
      products.some(({ kind }) => kind === nearMiss),
      nearMiss,
    );
  const inactiveSkus = new Set(products.filter(({ kind }) => kind !== 'active').map(({ sku }) => sku));
  assert.ok(activeProducts.some(({ sku }) => inactiveSkus.has(String(Number(sku)))));
  assert.ok(activeProducts.some(({ formerSku }) => formerSku !== null && inactiveSkus.has(formerSku)));
});

test('a small world already has every standing of a shipment to the snapshot', () => {
  const world = makeWorld(SMALL);
  const T = world.truth.snapshotAtMs;
  const shipped = world.events.filter((event) => event.kind === 'shipped');
  const bookings = shipped.flatMap((event) => event.bookings.map((booking) => ({ event, booking })));
  const some = {
    'booked at the snapshot': bookings.some(({ booking }) => booking.externalPostedAtMs === T),
    'booked after the snapshot': bookings.some(
      ({ event, booking }) => event.atMs < T && (booking.externalPostedAtMs ?? 0) > T,
    ),
    'booked elsewhere': bookings.some(({ event, booking }) => booking.facilityId !== event.facilityId),
    'put right': bookings.some(({ booking }) => booking.postingType === 'SLIP_IN'),
    unanswered: bookings.some(({ booking }) => booking.responseAtMs === null),
    'unacknowledged for more than three days': shipped.some(
      (event) => event.bookings.length === 0 && event.atMs < T - 3 * 86_400_000,
    ),
    'shipped at the snapshot': shipped.some((event) => event.atMs === T),
    'shipped after the snapshot': shipped.some((event) => event.atMs > T),
    'partly cancelled': shipped.some((event) => event.cancelled !== null),
  };
  for (const [what, occurs] of Object.entries(some)) assert.ok(occurs, what);
});

test('keys of every standing occur, and some promise stock or have no item', () => {
  const { truth } = makeWorld({ ...SMALL, facilities: 10, flaws: { contradicted: 1 } });
  const keys = [...truth.keys.values()];
  for (const standing of ['covered', 'ambiguous', 'contradicted', 'uncovered', 'inactive'] as const) {
    assert.ok(
      keys.some((key) => key.standing === standing),
      standing,
    );
  }
  assert.ok(keys.some(({ hasItem, standing }) => !hasItem && standing === 'covered'));
  assert.ok(keys.some(({ before }) => before.onHandUnits !== before.availableUnits));
  assert.ok(
    keys.some(({ facilityId, standing }) => facilityId === 'WAREHOUSE_1' && standing === 'uncovered'),
  );
});

test('whatever the OMS learned of a booking is what Retail Pro did', () => {
  const world = makeWorld(SMALL);
  const T = world.truth.snapshotAtMs;
  for (const event of world.events) {
    if (event.kind !== 'shipped') continue;
    for (const booking of event.bookings) {
      const told = toldBooked(booking, T);
      if (told === null) continue;
      assert.equal(booking.bookedAtMs !== null && booking.bookedAtMs <= T, told, keyText(event));
    }
  }
});

test('what Retail Pro did not know of is what the postings that the OMS has leave open', () => {
  const world = makeWorld(SMALL);
  const open = openUnits(world);
  const ambiguous = ambiguousKeys(world.events, world.truth.snapshotAtMs);
  let compared = 0;
  for (const [key, truth] of world.truth.keys) {
    if (ambiguous.has(key)) continue;
    assert.equal(truth.varianceUnits, open.get(key) ?? 0, key);
    compared++;
  }
  assert.ok(compared > 50);
});

test('more active products than products are refused', () => {
  assert.throws(() => makeWorld({ ...SMALL, products: 3, activeProducts: 4 }), /3 products .* 4 active/);
});

/** Returns whether the OMS's records say that a booking was made by T; null if they leave it open. */
function toldBooked(booking: Booking, T: number): boolean | null {
  if (booking.externalPostedAtMs !== null) return booking.externalPostedAtMs <= T;
  if (booking.responseAtMs !== null && booking.responseAtMs <= T) return true;
  return booking.sentAtMs > T ? false : null;
}

/** Returns minus the units issued by T, minus the units booked by T, from the OMS's records alone. */
function openUnits(world: World): ReadonlyMap<string, number> {
  const T = world.truth.snapshotAtMs;
  const open = new Map<string, number>();
  const add = (key: string, units: number) => open.set(key, (open.get(key) ?? 0) + units);
  for (const event of world.events) {
    if (event.kind !== 'shipped') continue;
    if (event.atMs <= T) add(keyText(event), -(event.units - (event.cancelled?.units ?? 0)));
    for (const booking of event.bookings) {
      if (toldBooked(booking, T)) {
        add(keyText({ facilityId: booking.facilityId, productId: event.productId }), -booking.units);
      }
    }
  }
  return open;
}
