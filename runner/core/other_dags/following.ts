/** Decides which successes of a DAG another one follows with a run. */
import type { Dag } from '../dag/dag.ts';
import { MISSED_AFTER_MS } from '../time/due.ts';

/** A success of the DAG that is followed. */
export interface SucceededRun {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly finishedAt: Temporal.Instant;
  readonly runType: string;
  readonly timeEdges: 'keep' | 'collapse';
}

export interface FollowPlan {
  /** The successes that get a run, oldest first. */
  readonly runs: readonly (SucceededRun & { readonly isCaughtUp: boolean })[];
  /** The successes that nobody followed in time and that `catchup` drops. */
  readonly missed: readonly SucceededRun[];
}

/**
 * Sorts successes by the DAG's catch-up policy, as `planDue` sorts instants: one that is not older than
 * `MISSED_AFTER_MS` gets a run under every policy. Dates outside `start_date` and `end_date` get none.
 */
export function planFollowing(
  dag: Pick<Dag, 'catchup' | 'catchupWindowMs' | 'startDate' | 'endDate'>,
  succeeded: readonly SucceededRun[],
  now: Temporal.Instant,
): FollowPlan {
  const ageMs = ({ finishedAt }: SucceededRun) => now.epochMilliseconds - finishedAt.epochMilliseconds;
  const within = succeeded.filter(({ businessDate }) => isWithin(dag, businessDate));
  const late = within.filter((run) => ageMs(run) > MISSED_AFTER_MS);
  const fresh = within.filter((run) => !late.includes(run));
  const recent = late.filter((run) => ageMs(run) <= dag.catchupWindowMs);
  const newest = recent.toSorted((a, b) => Temporal.Instant.compare(a.finishedAt, b.finishedAt)).slice(-1);
  const latest = fresh.length === 0 ? newest : [];
  const wanted: readonly SucceededRun[] = { none: [], latest, all: recent }[dag.catchup];
  const runs = [
    ...wanted.map((run) => ({ ...run, isCaughtUp: true })),
    ...fresh.map((run) => ({ ...run, isCaughtUp: false })),
  ];
  return {
    runs: runs.toSorted((a, b) => Temporal.Instant.compare(a.scheduledFor, b.scheduledFor)),
    missed: late.filter((run) => !wanted.includes(run)),
  };
}

function isWithin(
  { startDate, endDate }: Pick<Dag, 'startDate' | 'endDate'>,
  date: Temporal.PlainDate,
): boolean {
  return (
    (startDate === null || Temporal.PlainDate.compare(date, startDate) >= 0) &&
    (endDate === null || Temporal.PlainDate.compare(date, endDate) <= 0)
  );
}
