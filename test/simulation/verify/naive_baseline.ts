/**
 * Computes the result of a naive sync: the count set to Retail Pro's at the reset, then reduced by what was shipped
 * and not acknowledged by 01:30. Only the model uses it, to show what the comparison can find.
 */
import { omsLedger } from '../../../demo/world/oms/ledger.ts';
import { type Event, isBy } from '../plan/event.ts';
import type { NightPlan } from '../plan/night_plan.ts';

/** Returns the on-hand count of a key at the night's end; `own` are its events. */
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
