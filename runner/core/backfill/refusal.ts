import type { RunWithParams } from '../value/task_remedy.ts';
import { isWorked, type PlannedDate } from './plan.ts';

/**
 * The result of a precheck of an instant: its run would be refused (`refused`), or the precheck could not be made
 * (`unknown`).
 */
export interface DateRefusal {
  readonly scheduledFor: Temporal.Instant;
  readonly kind: 'refused' | 'unknown';
  /** The reason in a few words: `newer snapshot applied`. */
  readonly because: string;
  /** A sentence with the facts. */
  readonly detail: string;
  /** The params with which the date can run all the same, as its task proposes them. */
  readonly remedy?: RunWithParams;
}

/**
 * Returns the plan with the refusals of the prechecks applied. An instant whose precheck could not be made keeps its
 * decision, with the failure as its detail: the task itself refuses when it runs.
 */
export function applyRefusals(
  dates: readonly PlannedDate[],
  refusals: readonly DateRefusal[],
): readonly PlannedDate[] {
  const byInstant = new Map(refusals.map((refusal) => [refusal.scheduledFor.epochMilliseconds, refusal]));
  return dates.map((date): PlannedDate => {
    const refusal = date.scheduledFor && byInstant.get(date.scheduledFor.epochMilliseconds);
    if (!refusal || !isWorked(date)) return date;
    if (refusal.kind === 'unknown') return { ...date, detail: `${refusal.because}: ${refusal.detail}` };
    const { because: reason, detail, remedy } = refusal;
    return { ...date, decision: 'refused', reason, detail, ...(remedy === undefined ? {} : { remedy }) };
  });
}
