import { ambiguousKeys } from '../../../demo/world/ambiguity.ts';
import { type Event, knownAt } from '../plan/event.ts';

/**
 * Returns the keys for which the OMS's knowledge at `knownAtMs` leaves open whether a booking is in the file. The
 * snapshot of the store that was to book it decides.
 */
export function heldOutKeys(
  events: readonly Event[],
  snapshots: ReadonlyMap<string, number>,
  knownAtMs: number,
): ReadonlySet<string> {
  const known = knownAt(events, knownAtMs);
  return new Set(
    [...snapshots].flatMap(([facilityId, atMs]) => {
      const bookedHere = known.map((shipment) => ({
        ...shipment,
        bookings: shipment.bookings.filter((booking) => booking.facilityId === facilityId),
      }));
      return [...ambiguousKeys(bookedHere, atMs)];
    }),
  );
}
