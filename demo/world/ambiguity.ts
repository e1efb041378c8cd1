import type { Booking, StockEvent } from './event.ts';
import { keyText } from './stock_key.ts';

/**
 * The keys of which nobody can tell from the OMS's records whether a booking is in Retail Pro's count at `snapshotAtMs`:
 * those of the store that was to book it and of the facility that shipped.
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
