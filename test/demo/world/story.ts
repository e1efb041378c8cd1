/** A hand-written night: two stores and two products sold online, with figures small enough to verify on paper. */

import type { Booking, Shipped, StockEvent } from '../../../demo/world/event.ts';
import type { Facility } from '../../../demo/world/facility.ts';
import { makeNight } from '../../../demo/world/night.ts';
import type { Product } from '../../../demo/world/product.ts';
import { assembleWorld, type World } from '../../../demo/world/world.ts';

export const NIGHT = makeNight(Temporal.PlainDate.from('2026-06-18'), 'America/New_York');
const T = NIGHT.snapshotAtMs;
const HOUR_MS = 3_600_000;

const product = (productId: string, sku: string): Product => ({
  productId,
  sku,
  kind: 'active',
  formerSku: null,
});
const store = (facilityId: string, externalId: string): Facility => ({
  facilityId,
  externalId,
  facilityName: facilityId,
  facilityTypeId: 'RETAIL_STORE',
  timezone: 'America/New_York',
});

const moved = (
  [facilityId, productId]: readonly [string, string],
  units: number,
  { hours, oms }: { readonly hours: number; readonly oms: boolean },
): StockEvent => {
  const atMs = T + hours * HOUR_MS;
  const reason = units < 0 ? 'till_sale' : hours < -500 ? 'opening' : 'receipt';
  return { kind: 'moved', reason, facilityId, productId, atMs, units, recordedAtMs: oms ? atMs : null };
};

const shipped = (
  [facilityId, productId]: readonly [string, string],
  units: number,
  bookings: readonly Booking[],
): Shipped => ({
  kind: 'shipped',
  facilityId,
  productId,
  atMs: T - 2 * HOUR_MS,
  units,
  reservedAtMs: null,
  cancelled: null,
  bookings,
});

export const bookedAt = (facilityId: string, units: number, bookedAtMs: number): Booking => ({
  postingType: 'INVOICE',
  facilityId,
  units,
  sentAtMs: bookedAtMs - 1000,
  responseAtMs: bookedAtMs + 1000,
  externalPostedAtMs: bookedAtMs,
  bookedAtMs,
});

/**
 * STORE_1/A sells 2 in the store and ships 3 that Retail Pro never books; after the snapshot it receives 5. STORE_1/B
 * ships 2 that Retail Pro books at STORE_2. STORE_2/A has 1 reserved and ships 1 whose booking was sent before the
 * snapshot and never answered.
 */
export const EVENTS: readonly StockEvent[] = [
  moved(['STORE_1', 'A'], 10, { hours: -1000, oms: true }),
  moved(['STORE_1', 'A'], -2, { hours: -10, oms: false }),
  shipped(['STORE_1', 'A'], 3, []),
  moved(['STORE_1', 'A'], 5, { hours: 1, oms: true }),
  moved(['STORE_1', 'B'], 6, { hours: -1000, oms: true }),
  shipped(['STORE_1', 'B'], 2, [bookedAt('STORE_2', -2, T - HOUR_MS)]),
  moved(['STORE_2', 'A'], 4, { hours: -1000, oms: true }),
  { kind: 'reserved', facilityId: 'STORE_2', productId: 'A', atMs: T - 5 * HOUR_MS, units: 1 },
  shipped(['STORE_2', 'A'], 1, [
    { ...bookedAt('STORE_2', -1, T - 500), responseAtMs: null, externalPostedAtMs: null },
  ]),
  moved(['STORE_2', 'B'], 5, { hours: -1000, oms: true }),
];

export function handWorkedWorld(events: readonly StockEvent[] = EVENTS): World {
  return assembleWorld({
    seed: 'by hand',
    night: NIGHT,
    facilities: [store('STORE_1', '001'), store('STORE_2', '002')],
    range: { products: [product('A', '0007'), product('B', '1E+05')], retailproOnlySkus: [] },
    events,
    flaws: { missing: new Set(), badRows: new Map(), repeated: [], contradicted: [], unknownStoreRows: 0 },
  });
}
