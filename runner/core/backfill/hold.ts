/** Which runs of the schedule wait for a backfill: its older dates go first, as far as `max_active_runs` lets runs be at once. */

import type { Dag } from '../dag/dag.ts';
import { instantsBetween, nextInstant, scheduleOf } from '../time/schedule.ts';
import { isWorked, type PlannedDate } from './plan.ts';

export interface BackfillHold {
  /** The first run of the schedule that waits. */
  readonly scheduledFor: Temporal.Instant;
  /** `queued`: it waits already. `certain`: it is due before the expected end. `possible`: nobody knows how long a run takes. */
  readonly likelihood: 'queued' | 'certain' | 'possible';
  /** The runs that are due by the expected end, this one included, up to 1000; null where that is not known. */
  readonly runCount: number | null;
  /** When the backfill ends, if its runs take as long as usual; null where that is not known. */
  readonly expectedEndAt: Temporal.Instant | null;
}

const RUNS_AT_MOST = 1000;

export interface BackfillLoad {
  readonly dates: readonly PlannedDate[];
  /** The backfill's own. */
  readonly maxActiveRuns: number;
  readonly now: Temporal.Instant;
  /** How long a run of such a backfill usually takes; null where there was none yet. */
  readonly usualRunMs: number | null;
  readonly isPaused: boolean;
  /** Runs of the schedule that are queued already, by their instants. */
  readonly queued: readonly Temporal.Instant[];
}

/** Returns null where no run of the schedule waits: there is none, or the backfill leaves room beside it or ends before. */
export function holdOfBackfill(dag: Dag, load: BackfillLoad): BackfillHold | null {
  const { maxActiveRuns, now, isPaused } = load;
  const instants = load.dates.filter(isWorked).flatMap(({ scheduledFor }) => scheduledFor ?? []);
  const [oldest] = instants.toSorted(Temporal.Instant.compare);
  if (oldest === undefined || maxActiveRuns < dag.maxActiveRuns) return null;
  const expectedEndAt = expectedEnd(load, instants.length, dag.maxActiveRuns);
  const schedule = scheduleOf(dag);
  const dueByThen =
    expectedEndAt === null || isPaused
      ? []
      : [...instantsBetween(schedule, { after: now, until: expectedEndAt }).take(RUNS_AT_MOST)];
  const queued = load.queued
    .filter((instant) => Temporal.Instant.compare(instant, oldest) > 0)
    .filter((instant) => !instants.some((worked) => worked.equals(instant)))
    .toSorted(Temporal.Instant.compare);
  const runCount = expectedEndAt === null ? null : queued.length + dueByThen.length;
  const [waiting] = queued;
  if (waiting !== undefined) return { scheduledFor: waiting, likelihood: 'queued', runCount, expectedEndAt };
  const scheduledFor = isPaused ? null : nextInstant(schedule, now);
  if (scheduledFor === null || runCount === 0) return null;
  return { scheduledFor, likelihood: runCount === null ? 'possible' : 'certain', runCount, expectedEndAt };
}

function expectedEnd(
  { maxActiveRuns, now, usualRunMs }: BackfillLoad,
  count: number,
  dagMaxActiveRuns: number,
): Temporal.Instant | null {
  if (usualRunMs === null) return null;
  const rounds = Math.ceil(count / Math.min(maxActiveRuns, dagMaxActiveRuns));
  return now.add({ milliseconds: Math.round(rounds * usualRunMs) });
}
