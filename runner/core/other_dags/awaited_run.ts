/** Finds the run of another DAG that an edge waits for, and decides whether it has succeeded. */
import type { AwaitedDate, DagEdge } from '../dag/dag.ts';
import { isTerminalRunState, isTerminalTaskState, type RunState, type TaskState } from '../run/states.ts';
import { instantsBetween, type Schedule } from '../time/schedule.ts';
import { businessDateOf } from '../time/wall_time.ts';

/** The schedule by which a DAG's dates are known: its own, or that of the DAG which it runs after. */
export interface AwaitedSchedule {
  /** Without cron expressions for a DAG that runs by hand only. */
  readonly schedule: Schedule;
  /** Instants up to this one are settled: each that was due has been recorded. */
  readonly cursor: Temporal.Instant;
}

export interface AwaitedRun {
  readonly runId: number;
  readonly scheduledFor: Temporal.Instant;
  readonly state: RunState;
  /** The states of the awaited task's instances; empty if an edge waits for the whole run, or if the run has no such task. */
  readonly taskStates: readonly TaskState[];
}

export type EdgeState =
  | { readonly kind: 'met'; readonly runId: number | null }
  /** No DAG of that name is in force. */
  | { readonly kind: 'no_dag' }
  /** The run is due at a later instant. */
  | { readonly kind: 'not_due'; readonly at: Temporal.Instant }
  /** `isScheduled` is false if the schedule has no instant on that date. */
  | { readonly kind: 'no_run'; readonly isScheduled: boolean }
  | { readonly kind: 'no_task'; readonly runId: number }
  | { readonly kind: 'unfinished'; readonly runId: number; readonly state: string }
  | { readonly kind: 'unsuccessful'; readonly runId: number; readonly state: string };

/** The steps by which the date before is looked for, in days, in growing steps: the last is longer than any pause of a season. */
const LOOK_BACK_DAYS = [8, 64, 512, 4096];

/**
 * Returns the business date that an edge waits for; null if the other DAG has none before `date`.
 * @param recordedBefore the latest date before `date` on which the other DAG was due or ran
 */
export function awaitedDate(
  which: AwaitedDate,
  date: Temporal.PlainDate,
  { schedule, cursor }: AwaitedSchedule,
  recordedBefore: Temporal.PlainDate | null,
): Temporal.PlainDate | null {
  if (which === 'same') return date;
  const instant = lastInstantBefore(schedule, date);
  if (instant === null) return recordedBefore;
  const scheduled = businessDateOf(instant, schedule.timezone);
  if (recordedBefore === null) return scheduled;
  const isLater = Temporal.PlainDate.compare(scheduled, recordedBefore) > 0;
  // A settled instant without a record belongs to a schedule that was not in force then, or to a pause.
  return isLater && isUnsettled(instant, cursor) ? scheduled : recordedBefore;
}

/**
 * Returns the last instant of the date, as recorded or still to come: a date with several runs has succeeded when its
 * last one has. Null if the date has none.
 * @param recorded the instants of the date on which the DAG was due or ran
 */
export function awaitedInstant(
  date: Temporal.PlainDate,
  { schedule, cursor }: AwaitedSchedule,
  recorded: readonly Temporal.Instant[],
): Temporal.Instant | null {
  const known = recorded.toSorted(Temporal.Instant.compare).at(-1) ?? null;
  const last = lastInstantBefore(schedule, date.add({ days: 1 }));
  if (last === null || !businessDateOf(last, schedule.timezone).equals(date)) return known;
  if (known === null) return last;
  return Temporal.Instant.compare(last, known) > 0 && isUnsettled(last, cursor) ? last : known;
}

/**
 * Decides an edge by the runs of the awaited date.
 * @param instant the instant of the run; null if any run of the date counts
 */
export function edgeState(
  { taskId }: Pick<DagEdge, 'taskId'>,
  instant: Temporal.Instant | null,
  runs: readonly AwaitedRun[],
  now: Temporal.Instant,
): EdgeState {
  const candidates = runs
    .filter(({ scheduledFor }) => instant === null || scheduledFor.equals(instant))
    .map((run) => stateOfRun(run, taskId));
  const [best] = candidates.toSorted((a, b) => RANK[a.kind] - RANK[b.kind]);
  if (best !== undefined) return best;
  if (instant !== null && Temporal.Instant.compare(instant, now) > 0) return { kind: 'not_due', at: instant };
  return { kind: 'no_run', isScheduled: instant !== null };
}

/** If a date has several runs, as a manual one beside the schedule's, the one that is furthest decides. */
const RANK: Readonly<Record<EdgeState['kind'], number>> = {
  met: 0,
  unfinished: 1,
  unsuccessful: 2,
  no_task: 3,
  not_due: 4,
  no_run: 5,
  no_dag: 6,
};

function stateOfRun({ runId, state, taskStates }: AwaitedRun, taskId: string | null): EdgeState {
  if (taskId === null) {
    if (state === 'success') return { kind: 'met', runId };
    return { kind: isTerminalRunState(state) ? 'unsuccessful' : 'unfinished', runId, state };
  }
  const [first] = taskStates.filter((one) => one !== 'success');
  if (taskStates.length === 0) return { kind: 'no_task', runId };
  if (first === undefined) return { kind: 'met', runId };
  const unfinished = taskStates.find((one) => !isTerminalTaskState(one));
  return unfinished === undefined
    ? { kind: 'unsuccessful', runId, state: first }
    : { kind: 'unfinished', runId, state: unfinished };
}

function isUnsettled(instant: Temporal.Instant, cursor: Temporal.Instant): boolean {
  return Temporal.Instant.compare(instant, cursor) > 0;
}

/** Returns the last instant whose local date is before `date`; null if there is none. */
function lastInstantBefore(schedule: Schedule, date: Temporal.PlainDate): Temporal.Instant | null {
  if (schedule.crons.length === 0) return null;
  const startOf = (day: Temporal.PlainDate) =>
    day.toZonedDateTime(schedule.timezone).toInstant().subtract({ milliseconds: 1 });
  for (const days of LOOK_BACK_DAYS) {
    const span = { after: startOf(date.subtract({ days })), until: startOf(date) };
    const last = [...instantsBetween(schedule, span)].at(-1);
    if (last !== undefined) return last;
  }
  return null;
}
