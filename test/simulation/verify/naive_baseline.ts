/**
 * What the naive baseline would have left: Retail Pro's count put in place of the count at the reset, and then what had been
 * shipped and not acknowledged by half past one taken off. It belongs to the model only, to show what the comparison can catch.
 */
import { omsLedger } from '../../../world/oms/ledger.ts';
import { type Event, isBy } from '../plan/event.ts';
import type { NightPlan } from '../plan/night_plan.ts';

/** On hand of a key at the night's end, of which `own` has happened. */
export function naiveOnHand(retailproUnits: number, own: readonly Event[], plan: NightPlan): number {
  const afterReset = omsLedger(own)
    .filter(({ createdAtMs }) => createdAtMs > plan.resetAtMs && createdAtMs <= plan.endAtMs)
    .reduce((sum, { onHandUnits }) => sum + onHandUnits, 0);
  const unacknowledged = own
    .filter((event) => event.kind === 'shipped')
    .filter(({ atMs }) => atMs <= plan.freezeAtMs)
    .filter(({ bookings }) => !bookings.some(({ responseAtMs }) => isBy(responseAtMs, plan.freezeAtMs)))
    .reduce(
      (sum, { units, cancelled }) =>
        sum + units - (isBy(cancelled?.atMs ?? null, plan.freezeAtMs) ? (cancelled?.units ?? 0) : 0),
      0,
    );
  return retailproUnits - unacknowledged + afterReset;
}
