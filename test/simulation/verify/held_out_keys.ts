import { ambiguousKeys } from '../../../demo/world/ambiguity.ts';
import { type Event, knownAt } from '../plan/event.ts';

/**
 * The keys of which nobody who knows what the OMS knew at `knownAtMs` can tell whether a booking is in the file. Judged
 * store by store: the snapshot of the store that was to book it decides.
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
