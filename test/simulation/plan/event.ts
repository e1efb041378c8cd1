/** What happens in the stores, with what the OMS comes to know of each booking, and when. Instants are epoch milliseconds. */
import type { Booking, Moved, Reserved, Shipped } from '../../../demo/world/event.ts';

export interface NightBooking extends Booking {
  readonly postingId: string;
  /** When the OMS is told `externalPostedAtMs`; null where it never is. */
  readonly toldAtMs: number | null;
  /** When the OMS takes back a document that was never booked; null where it stands. */
  readonly withdrawnAtMs: number | null;
}

export interface NightShipment extends Shipped {
  readonly issuanceId: string;
  readonly bookings: readonly NightBooking[];
}

export type Event = Moved | Reserved | NightShipment;

/** The bookings as the OMS's records show them at `atMs`. */
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
          externalPostedAtMs: isBy(booking.toldAtMs, atMs) ? booking.externalPostedAtMs : null,
        })),
    }));
}

export function isBy(instantMs: number | null, atMs: number): boolean {
  return instantMs !== null && instantMs <= atMs;
}
