import { isWorked, type PlannedDate } from './plan.ts';

/** What task types say of an instant before it is worked: that its run would be refused, or that they could not be asked. */
export interface Refusal {
  readonly scheduledFor: Temporal.Instant;
  readonly kind: 'refused' | 'unknown';
  /** A few words: `newer snapshot applied`. */
  readonly because: string;
  /** The facts. */
  readonly detail: string;
}

/**
 * The plan with what task types refuse. An instant of which they could not be asked stays as it is decided, and says so:
 * its run is refused when it is worked, should it have to be.
 */
export function applyRefusals(
  dates: readonly PlannedDate[],
  refusals: readonly Refusal[],
): readonly PlannedDate[] {
  const byInstant = new Map(refusals.map((refusal) => [refusal.scheduledFor.epochMilliseconds, refusal]));
  return dates.map((date): PlannedDate => {
    const refusal = date.scheduledFor && byInstant.get(date.scheduledFor.epochMilliseconds);
    if (!refusal || !isWorked(date)) return date;
    if (refusal.kind === 'unknown') return { ...date, detail: `${refusal.because}: ${refusal.detail}` };
    return { ...date, decision: 'refused', reason: refusal.because, detail: refusal.detail };
  });
}
