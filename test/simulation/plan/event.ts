/** Events in the stores, with when the OMS learns of each booking. Instants are epoch milliseconds. */
import type { Booking, Moved, Reserved, Shipped } from '../../../demo/world/event.ts';

export interface NightBooking extends Booking {
  readonly postingId: string;
  /** When the OMS learns `externalPostedAtMs`; null if it never does. */
  readonly learntAtMs: number | null;
  /** When the OMS withdraws a document that was never booked; null if it is not withdrawn. */
  readonly withdrawnAtMs: number | null;
}

export interface NightShipment extends Shipped {
  readonly issuanceId: string;
  readonly bookings: readonly NightBooking[];
}

export type Event = Moved | Reserved | NightShipment;

/** Returns the shipments with their bookings as the OMS's records show them at `atMs`. */
export function knownAt(events: readonly Event[], atMs: number): readonly NightShipment[] {
  return events
    .filter((event) => event.kind === 'shipped')
    .map((shipment) => ({
      ...shipment,
      bookings: shipment.bookings
        .filter(
          ({ sentAtMs, withdrawnAtMs }) =>
            sentAtMs <= atMs && (withdrawnAtMs === null || withdrawnAtMs > atMs),
        )
        .map((booking) => ({
          ...booking,
          responseAtMs: isBy(booking.responseAtMs, atMs) ? booking.responseAtMs : null,
          externalPostedAtMs: isBy(booking.learntAtMs, atMs) ? booking.externalPostedAtMs : null,
        })),
    }));
}

export function isBy(instantMs: number | null, atMs: number): boolean {
  return instantMs !== null && instantMs <= atMs;
}
