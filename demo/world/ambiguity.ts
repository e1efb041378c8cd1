import type { Booking, StockEvent } from './event.ts';
import { keyText } from './stock_key.ts';

/**
 * Returns the keys for which the OMS's records leave open whether a booking is in Retail Pro's count at
 * `snapshotAtMs`: the key at the store that was to book it, and at the facility that shipped.
 */
export function ambiguousKeys(events: readonly StockEvent[], snapshotAtMs: number): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'shipped') continue;
    for (const booking of event.bookings) {
      if (!isAmbiguous(booking, snapshotAtMs)) continue;
      keys.add(keyText(event));
      keys.add(keyText({ facilityId: booking.facilityId, productId: event.productId }));
    }
  }
  return keys;
}

function isAmbiguous(booking: Booking, snapshotAtMs: number): boolean {
  if (booking.externalPostedAtMs !== null) return false;
  const answeredByThen = booking.responseAtMs !== null && booking.responseAtMs <= snapshotAtMs;
  return !answeredByThen && booking.sentAtMs <= snapshotAtMs;
}
