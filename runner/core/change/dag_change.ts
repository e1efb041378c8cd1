/** Works out the effects of an edited DAG file in real instants, without I/O. */

import type { Dag } from '../dag/dag.ts';
import { type ClockChange, clockChanges } from '../time/clock_change.ts';
import { runsByDate } from '../time/date_runs.ts';
import { instantsAfter, instantsBetween, scheduleOf } from '../time/schedule.ts';
import { businessDateOf } from '../time/wall_time.ts';
import { type ClockChangeDate, clockChangeDate } from './clock_change_dates.ts';
import { type DateChanges, dateChanges, type ScheduleFacts, type VersionPair } from './date_changes.ts';
import { type ExpectedRun, type MissedDate, missedDeadlines, type UsualDuration } from './expected_times.ts';
import { type KeyChanges, keyChanges } from './key_changes.ts';

/** `unchanged` means that only comments, layout or the order of keys differ. */
export type ChangeKind = 'new' | 'changed' | 'removed' | 'unchanged';

export interface ChangeFacts extends ScheduleFacts {
  /** The usual duration of each task in past runs, by task_id. */
  readonly usual: ReadonlyMap<string, UsualDuration>;
  /** The number of next runs to list. */
  readonly nextCount: number;
}

/** A date on which the clocks change, as each version handles it; null for a version that does not exist. */
export interface PlannedClockChange {
  readonly change: ClockChange;
  readonly before: ClockChangeDate | null;
  readonly after: ClockChangeDate | null;
}

export interface DeadlineConflict {
  readonly taskId: string;
  /** False if the previous version misses the deadline as well. */
  readonly isNew: boolean;
  readonly first: MissedDate;
  /** The number of dates of the coming year on which the task is expected to miss its deadline. */
  readonly dateCount: number;
  readonly dueDateCount: number;
  readonly usual: UsualDuration | null;
}

export interface DagChange {
  readonly kind: ChangeKind;
  /** True if no date is lost or doubled. */
  readonly isSafe: boolean;
  readonly next: {
    readonly before: readonly Temporal.Instant[];
    readonly after: readonly Temporal.Instant[];
  };
  readonly dates: DateChanges;
  /**
   * The first instant at which the change would lose and double no date; null if it is safe now, or if no such instant
   * was found.
   */
  readonly safeFrom: Temporal.Instant | null;
  readonly clockChanges: readonly PlannedClockChange[];
  readonly keys: KeyChanges;
  readonly deadlines: readonly DeadlineConflict[];
}

/** A year and a day in days, so that every date of a leap year is covered. */
const DAYS = 366;
const SAFE_WITHIN_DAYS = 8;
/** The number of instants that are tried as the moment of the change: a few days of a nightly schedule. */
const SAFE_CANDIDATES = 24;

export function dagChange(versions: VersionPair, facts: ChangeFacts): DagChange {
  const { before, after } = versions;
  const keys = before === null || after === null ? wholeDag(versions) : keyChanges(before, after);
  const dates = dateChanges(versions, facts, DAYS);
  const isSafe = dates.lost.length === 0 && dates.doubled.length === 0;
  return {
    kind: kindOf(versions, keys),
    isSafe,
    next: { before: nextRuns(before, facts), after: nextRuns(after, facts) },
    dates,
    safeFrom: isSafe ? null : safeFrom(versions, facts),
    clockChanges: plannedClockChanges(versions, facts.changeAt),
    keys,
    deadlines: deadlineConflicts(versions, facts),
  };
}

function kindOf({ before, after }: VersionPair, keys: KeyChanges): ChangeKind {
  if (after === null) return 'removed';
  if (before === null) return 'new';
  const lists = [keys.dag, keys.tasksAdded, keys.tasksRemoved, keys.tasks];
  return lists.every((list) => list.length === 0) ? 'unchanged' : 'changed';
}

/** Returns the tasks that were added or removed, without a comparison of keys, for a new or removed DAG. */
function wholeDag({ before, after }: VersionPair): KeyChanges {
  const ids = (dag: Dag | null) => dag?.tasks.map(({ taskId }) => taskId) ?? [];
  return { dag: [], tasksAdded: ids(after), tasksRemoved: ids(before), tasks: [] };
}

function nextRuns(dag: Dag | null, { changeAt, nextCount }: ChangeFacts): readonly Temporal.Instant[] {
  return dag === null ? [] : [...instantsAfter(scheduleOf(dag), changeAt).take(nextCount)];
}

/**
 * Returns the first instant at which the change is safe. Only instants of either schedule are tried, as the answer
 * changes only there.
 */
function safeFrom(versions: VersionPair, facts: ChangeFacts): Temporal.Instant | null {
  const until = facts.changeAt.add({ hours: 24 * SAFE_WITHIN_DAYS });
  const candidates = [versions.before, versions.after]
    .flatMap((dag) =>
      dag === null
        ? []
        : [...instantsBetween(scheduleOf(dag), { after: facts.changeAt, until }).take(SAFE_CANDIDATES)],
    )
    .toSorted(Temporal.Instant.compare);
  for (const changeAt of candidates) {
    const isSafeWithin = (days: number) => {
      const { lost, doubled } = dateChanges(versions, { ...facts, changeAt }, days);
      return lost.length === 0 && doubled.length === 0;
    };
    if (isSafeWithin(SAFE_WITHIN_DAYS)) return isSafeWithin(DAYS) ? changeAt : null;
  }
  return null;
}

function plannedClockChanges(
  { before, after }: VersionPair,
  changeAt: Temporal.Instant,
): readonly PlannedClockChange[] {
  const timezone = (after ?? before)?.timezone;
  if (timezone === undefined) return [];
  return clockChanges(timezone, { after: changeAt, until: changeAt.add({ hours: 24 * DAYS }) }).map(
    (change) => ({
      change,
      before: before && clockChangeDate(before, change),
      after: after && clockChangeDate(after, change),
    }),
  );
}

function deadlineConflicts({ before, after }: VersionPair, facts: ChangeFacts): readonly DeadlineConflict[] {
  if (after === null) return [];
  const runs = comingRuns(after, facts.changeAt);
  const missed = missedDeadlines(after, runs, facts.usual);
  const missedBefore =
    before === null ? new Map() : missedDeadlines(before, comingRuns(before, facts.changeAt), facts.usual);
  return [...missed].flatMap(([taskId, dates]) => {
    const [first] = dates;
    if (first === undefined) return [];
    return [
      {
        taskId,
        isNew: !missedBefore.has(taskId),
        first,
        dateCount: dates.length,
        dueDateCount: runs.length,
        usual: facts.usual.get(taskId) ?? null,
      },
    ];
  });
}

/** Returns the first run of each date of the coming year. */
function comingRuns(dag: Dag, changeAt: Temporal.Instant): readonly ExpectedRun[] {
  const first = businessDateOf(changeAt, dag.timezone);
  const byDate = runsByDate(scheduleOf(dag), { first, last: first.add({ days: DAYS - 1 }) });
  return [...byDate]
    .map(([date, runs]) => ({ businessDate: Temporal.PlainDate.from(date), scheduledFor: runs.first }))
    .filter(({ scheduledFor }) => Temporal.Instant.compare(scheduledFor, changeAt) > 0);
}
