/** Decides whether a date of a backfill may begin beside the runs of the schedule. */

/** The runs before which a backfill steps aside; `scheduled` for those that the schedule makes. */
export const YIELDS_TO = ['scheduled'] as const;
export type YieldsTo = (typeof YIELDS_TO)[number];

export interface RoomFacts {
  readonly now: Temporal.Instant;
  /** `max_active_runs` of the DAG version in force. */
  readonly maxActiveRuns: number;
  /** The DAG's running runs, its queued runs of the schedule, and those of the backfill itself. */
  readonly activeRuns: number;
  /** Null for a schedule that has ended or is paused. */
  readonly nextScheduledFor: Temporal.Instant | null;
  /** The longest that a run of such a backfill took lately, in ms; null if there was none. */
  readonly longestRunMs: number | null;
  readonly dagrunTimeoutMs: number | null;
}

/** A date begins only if it should have ended so long before the next run of the schedule, in ms. */
const SPARE_MS = 60_000;
/** The time in ms that a date is given as long as none has ended and the DAG has no limit. */
const UNKNOWN_RUN_MS = 3_600_000;

/** Returns true if a date may begin and still leave a place for the next run of the schedule. */
export function hasRoomForDate(facts: RoomFacts): boolean {
  const { now, maxActiveRuns, activeRuns, nextScheduledFor, longestRunMs, dagrunTimeoutMs } = facts;
  const runMs = (longestRunMs ?? dagrunTimeoutMs ?? UNKNOWN_RUN_MS) + SPARE_MS;
  const end = now.add({ milliseconds: Math.round(runMs) });
  const isNextWithin = nextScheduledFor !== null && Temporal.Instant.compare(nextScheduledFor, end) <= 0;
  return activeRuns + 1 + (isNextWithin ? 1 : 0) <= maxActiveRuns;
}
