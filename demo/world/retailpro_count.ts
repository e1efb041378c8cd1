import type { StockEvent } from './event.ts';
import { keyText } from './stock_key.ts';

/**
 * Returns Retail Pro's bookings at or before `atMs`, summed by key: all movements in the store, and of the online
 * shipments only the booked documents, at the store that each names.
 */
export function retailproCounts(events: readonly StockEvent[], atMs: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const book = (key: string, units: number) => counts.set(key, (counts.get(key) ?? 0) + units);
  for (const event of events) {
    if (event.kind === 'moved' && event.atMs <= atMs) book(keyText(event), event.units);
    if (event.kind !== 'shipped') continue;
    for (const booking of event.bookings) {
      if (booking.bookedAtMs === null || booking.bookedAtMs > atMs) continue;
      book(keyText({ facilityId: booking.facilityId, productId: event.productId }), booking.units);
    }
  }
  return counts;
}
