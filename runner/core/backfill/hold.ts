/**
 * Estimates which runs of the schedule wait for a backfill: its older dates start first, as far as `max_active_runs`
 * allows.
 */

import type { Dag } from '../dag/dag.ts';
import { instantsBetween, nextInstant, scheduleOf } from '../time/schedule.ts';
import { businessDateOf, resolveWallTime } from '../time/wall_time.ts';
import { isWorked, type PlannedDate } from './plan.ts';
import type { YieldsTo } from './room.ts';

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
  /** The runs of the schedule that would end after their last deadline, as far as the usual durations say. */
  readonly late: readonly LateRun[];
}

export interface LateRun {
  readonly scheduledFor: Temporal.Instant;
  /** The latest deadline of its tasks. */
  readonly deadlineAt: Temporal.Instant;
  readonly expectedEndAt: Temporal.Instant;
}

const RUNS_AT_MOST = 1000;

export interface BackfillLoad {
  readonly dates: readonly PlannedDate[];
  /** The backfill's own `max_active_runs`. */
  readonly maxActiveRuns: number;
  readonly now: Temporal.Instant;
  /** The usual duration of a run of such a backfill, in ms; null if there was none yet. */
  readonly usualRunMs: number | null;
  /** The usual duration of a run of the schedule, in ms; null if there was none yet. */
  readonly usualScheduledMs: number | null;
  /** Whether the backfill steps aside for the runs of the schedule. */
  readonly yieldsTo: YieldsTo | null;
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
  if (oldest === undefined || maxActiveRuns < dag.maxActiveRuns || load.yieldsTo !== null) return null;
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
  const late =
    expectedEndAt === null ? [] : lateRuns(dag, load, { expectedEndAt, waiting: [...queued, ...dueByThen] });
  const [waiting] = queued;
  if (waiting !== undefined)
    return { scheduledFor: waiting, likelihood: 'queued', runCount, expectedEndAt, late };
  const scheduledFor = isPaused ? null : nextInstant(schedule, now);
  if (scheduledFor === null || runCount === 0) return null;
  const likelihood = runCount === null ? 'possible' : 'certain';
  return { scheduledFor, likelihood, runCount, expectedEndAt, late };
}

/** Returns the waiting runs that end too late if they begin one after the other when the backfill has ended. */
function lateRuns(
  dag: Dag,
  { usualScheduledMs }: BackfillLoad,
  {
    expectedEndAt,
    waiting,
  }: { readonly expectedEndAt: Temporal.Instant; readonly waiting: readonly Temporal.Instant[] },
): readonly LateRun[] {
  const worked = dag.whenBusy === 'queue' ? waiting : waiting.slice(-1);
  return worked.flatMap((scheduledFor, index) => {
    const runs = Math.ceil((index + 1) / dag.maxActiveRuns);
    const end = expectedEndAt.add({ milliseconds: Math.round(runs * (usualScheduledMs ?? 0)) });
    const deadlineAt = lastDeadline(dag, scheduledFor);
    const isLate = deadlineAt !== null && Temporal.Instant.compare(end, deadlineAt) > 0;
    return isLate ? [{ scheduledFor, deadlineAt, expectedEndAt: end }] : [];
  });
}

/** Returns the latest deadline of the tasks of a run; null if none has one. */
function lastDeadline({ tasks, timezone }: Dag, scheduledFor: Temporal.Instant): Temporal.Instant | null {
  const date = businessDateOf(scheduledFor, timezone);
  const deadlines = tasks.flatMap(({ deadline }) =>
    deadline === null ? [] : [resolveWallTime(date, deadline, timezone)],
  );
  return deadlines.toSorted(Temporal.Instant.compare).at(-1) ?? null;
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
