/**
 * Generates the events between the end of one night and the end of the next, mostly around the snapshot and the
 * tasks.
 */

import type { Moved } from '../../../demo/world/event.ts';
import type { Random } from '../../../demo/world/random.ts';
import type { StockKey } from '../../../demo/world/stock_key.ts';
import type { Event } from './event.ts';
import { generateShipment } from './generate_shipment.ts';

export interface Window {
  readonly random: Random;
  readonly keys: readonly StockKey[];
  readonly storeIds: readonly string[];
  /** Exclusive. */
  readonly fromMs: number;
  /** Inclusive. */
  readonly toMs: number;
  /** The instant of this night's freeze. */
  readonly freezeAtMs: number;
  /** Instants around which events are concentrated. */
  readonly focusMs: readonly number[];
  readonly nextId: () => string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

export function generateEvents(window: Window): readonly Event[] {
  const { random } = window;
  return Array.from({ length: random.integer(10, 26) }, () => generateOne(window)).flat();
}

function generateOne(window: Window): readonly Event[] {
  const { random, keys, storeIds, freezeAtMs } = window;
  const key = random.pick(keys);
  const atMs = instantIn(window);
  const moved = (reason: Moved['reason'], units: number, recordedAtMs: number | null = atMs) =>
    ({ kind: 'moved', ...key, reason, atMs, units, recordedAtMs }) as const;
  switch (
    random.pick(['till_sale', 'receipt', 'recount', 'transfer', 'reserved', 'ship', 'ship', 'ship', 'ship'])
  ) {
    case 'till_sale':
      return [moved('till_sale', -random.integer(1, 3), random.chance(0.5) ? atMs : null)];
    case 'receipt': {
      // Some reach the OMS late, under the instant at which they came in.
      const lateMs = atMs + random.integer(1, 180) * MINUTE_MS;
      const recordedAtMs = random.chance(0.3) && lateMs <= freezeAtMs ? lateMs : atMs;
      return [moved('receipt', random.integer(2, 12), random.chance(0.9) ? recordedAtMs : null)];
    }
    case 'recount':
      return [moved('recount', random.pick([-2, -1, 1, 3]), random.chance(0.3) ? atMs : null)];
    case 'transfer': {
      const units = random.integer(1, 4);
      const arrivesMs = Math.min(window.toMs, atMs + random.integer(0, 7200) * SECOND_MS);
      const to = { facilityId: random.pick(storeIds), productId: key.productId };
      return [
        moved('transfer', -units),
        { ...moved('transfer', units), ...to, atMs: arrivesMs, recordedAtMs: arrivesMs },
      ];
    }
    case 'reserved':
      return [{ kind: 'reserved', ...key, atMs, units: random.integer(1, 3) }];
    default:
      return [generateShipment(window, key, atMs)];
  }
}

/** Draws an instant within the window; sometimes it is exactly a focus. */
export function instantIn({ random, fromMs, toMs, focusMs }: Window): number {
  const focus = random.pick(focusMs);
  const wanted = random.chance(0.06)
    ? focus
    : random.chance(0.6)
      ? focus + random.integer(-2400, 2400) * SECOND_MS
      : fromMs + random.integer(1, Math.floor((toMs - fromMs) / SECOND_MS)) * SECOND_MS;
  return Math.min(toMs, Math.max(fromMs + 1, wanted));
}
