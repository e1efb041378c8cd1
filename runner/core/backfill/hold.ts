/**
 * Estimates which runs of the schedule wait for a backfill: its older dates start first, as far as `max_active_runs`
 * allows.
 */

import type { Dag } from '../dag/dag.ts';
import { instantsBetween, nextInstant, scheduleOf } from '../time/schedule.ts';
import { isWorked, type PlannedDate } from './plan.ts';

export interface BackfillHold {
  /** The scheduled instant of the first run of the schedule that waits. */
  readonly scheduledFor: Temporal.Instant;
  /**
   * `queued`: the run waits already. `certain`: it is due before the backfill's expected end. `possible`: the usual
   * duration of a run is not known.
   */
  readonly likelihood: 'queued' | 'certain' | 'possible';
  /**
   * The number of runs that are due by the expected end, this one included, at most 1000; null if the end is not known.
   */
  readonly runCount: number | null;
  /** The backfill's end if its runs take as long as usual; null if no usual duration is known. */
  readonly expectedEndAt: Temporal.Instant | null;
}

const RUNS_AT_MOST = 1000;

export interface BackfillLoad {
  readonly dates: readonly PlannedDate[];
  /** The backfill's own `max_active_runs`. */
  readonly maxActiveRuns: number;
  readonly now: Temporal.Instant;
  /** The usual duration of a run of such a backfill, in ms; null if there was none yet. */
  readonly usualRunMs: number | null;
  readonly isPaused: boolean;
  /** The scheduled instants of the schedule's runs that are queued already. */
  readonly queued: readonly Temporal.Instant[];
}

/**
 * Returns the first run of the schedule that waits for the backfill. Returns null if none waits: the schedule is paused
 * or has ended, the backfill leaves room for its runs, or the backfill ends before the next one is due.
 */
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
