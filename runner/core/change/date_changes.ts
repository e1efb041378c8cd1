/** Compares the dates of two versions of a DAG: which are lost, gained, run twice, or run at another hour. */

import type { Dag } from '../dag/dag.ts';
import { type ClosedDate, closedDateOf } from '../time/closed_dates.ts';
import { type DateSpan, type RunsByDate, runsByDate, runsOf } from '../time/date_runs.ts';
import { type DueRun, planDue } from '../time/due.ts';
import { instantsBetween, type Schedule, scheduleOf } from '../time/schedule.ts';
import { businessDateOf } from '../time/wall_time.ts';

/** The two versions to compare: `before` is null for a new DAG, `after` is null for a removed one. */
export interface VersionPair {
  readonly before: Dag | null;
  readonly after: Dag | null;
}

/** The state of the schedule so far. */
export interface ScheduleFacts {
  readonly now: Temporal.Instant;
  /**
   * The instant at which the change comes into force, at or after `now`. Runs that are due until then are assumed to be
   * made.
   */
  readonly changeAt: Temporal.Instant;
  /** Instants at or before the cursor are settled. */
  readonly cursor: Temporal.Instant;
  readonly isPaused: boolean;
  /** The schedule's runs since the day before `now`. */
  readonly ran: readonly {
    readonly scheduledFor: Temporal.Instant;
    readonly businessDate: Temporal.PlainDate;
  }[];
}

export interface DateChanges {
  /** Dates that had a run and have none any more. This list and those below are ascending. */
  readonly lost: readonly Temporal.PlainDate[];
  /** Dates that had a run and that the calendar now closes: they are not lost. */
  readonly closed: readonly ClosedDate[];
  readonly gained: readonly Temporal.PlainDate[];
  /** Dates that had one run and now have several, or more than either version alone gives them. */
  readonly doubled: readonly Temporal.PlainDate[];
  /** Dates with one run before and after, grouped by the shift of the run (positive: later), in ms. */
  readonly moved: readonly { readonly shiftMs: number; readonly dates: readonly Temporal.PlainDate[] }[];
  /** Other dates whose number of runs changes. */
  readonly recounted: readonly {
    readonly before: number;
    readonly after: number;
    readonly dates: readonly Temporal.PlainDate[];
  }[];
  /**
   * The runs that are made when the change comes into force: those that the previous version still owes, or those that
   * a new DAG catches up on.
   */
  readonly owed: readonly DueRun[];
}

/**
 * Compares the two versions date by date.
 * @param days the number of dates to compare, beginning with that of the change
 */
export function dateChanges(versions: VersionPair, facts: ScheduleFacts, days: number): DateChanges {
  const { before, after } = versions;
  const zones = [before, after].flatMap((dag) => (dag === null ? [] : [dag.timezone]));
  const first = zones
    .map((timezone) => businessDateOf(facts.changeAt, timezone))
    .toSorted(Temporal.PlainDate.compare)[0];
  const owed = owedRuns(versions, facts);
  if (first === undefined)
    return { lost: [], closed: [], gained: [], doubled: [], moved: [], recounted: [], owed };
  const last = first.add({ days: days - 1 });

  const settled = settledRuns(versions, facts, owed);
  const old = versionRuns(before, facts.changeAt, { first, last });
  const renewed = versionRuns(after, facts.changeAt, { first, last });

  /** A run that is moved to a date on which the schedule has passed already is lost. */
  const isKept = ({ movedTo }: ClosedDate): boolean => {
    if (movedTo === null || Temporal.PlainDate.compare(movedTo, last) > 0) return true;
    const key = movedTo.toString();
    return settled.has(key) || renewed.coming.has(key);
  };
  const lost: Temporal.PlainDate[] = [];
  const closed: ClosedDate[] = [];
  const closing = after === null ? null : scheduleOf(after);
  const gained: Temporal.PlainDate[] = [];
  const doubled: Temporal.PlainDate[] = [];
  const moved = new Map<number, Temporal.PlainDate[]>();
  const recounted = new Map<string, { before: number; after: number; dates: Temporal.PlainDate[] }>();
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const key = date.toString();
    const done = settled.get(key) ?? 0;
    const was = old.coming.get(key);
    const is = renewed.coming.get(key);
    const wasCount = done + (was?.count ?? 0);
    const isCount = done + (is?.count ?? 0);
    const countOf = (runs: RunsByDate) => runs.get(key)?.count ?? 0;
    const most = Math.max(1, ...[old, renewed].flatMap(({ own, usual }) => [countOf(own), countOf(usual)]));
    const isSplit = countOf(old.usual) === 1 && countOf(renewed.usual) > 1 && isCount > 1;
    if (wasCount > 0 && isCount === 0) {
      const byCalendar = closing && closedDateOf(closing, date);
      if (byCalendar && isKept(byCalendar)) closed.push(byCalendar);
      else lost.push(date);
    } else if (wasCount === 0 && isCount > 0) gained.push(date);
    else if (isCount > most || isSplit) doubled.push(date);
    else if (wasCount !== isCount) {
      const group = recounted.get(`${wasCount} ${isCount}`) ?? {
        before: wasCount,
        after: isCount,
        dates: [],
      };
      group.dates.push(date);
      recounted.set(`${wasCount} ${isCount}`, group);
    } else if (was?.count === 1 && is?.count === 1 && !was.first.equals(is.first)) {
      const shiftMs = is.first.epochMilliseconds - was.first.epochMilliseconds;
      moved.set(shiftMs, [...(moved.get(shiftMs) ?? []), date]);
    }
  }
  return {
    lost,
    closed,
    gained,
    doubled,
    moved: [...moved].map(([shiftMs, dates]) => ({ shiftMs, dates })),
    recounted: [...recounted.values()],
    owed,
  };
}

/**
 * Returns the owed runs by the previous version up to `now`, or for a new DAG by its own schedule from its first
 * instant.
 */
function owedRuns({ before, after }: VersionPair, facts: ScheduleFacts): readonly DueRun[] {
  const owner = before ?? after;
  if (owner === null || facts.isPaused) return [];
  const { catchup, catchupWindowMs } = owner;
  const now = before === null ? facts.changeAt : facts.now;
  const timing = { schedule: scheduleOf(owner), catchup, catchupWindowMs };
  const made = new Set(facts.ran.map(({ scheduledFor }) => scheduledFor.epochMilliseconds));
  return planDue(timing, { cursor: facts.cursor, now }).runs.filter(
    ({ scheduledFor }) => !made.has(scheduledFor.epochMilliseconds),
  );
}

/** Returns the number of runs of each date by the time of the change, by ISO date. */
function settledRuns(
  { before, after }: VersionPair,
  facts: ScheduleFacts,
  owed: readonly DueRun[],
): ReadonlyMap<string, number> {
  const timezone = (before ?? after)?.timezone ?? 'UTC';
  const untilChange =
    before === null
      ? []
      : [...instantsBetween(scheduleOf(before), { after: laterOf(facts), until: facts.changeAt })];
  const dates = [
    ...facts.ran.map(({ businessDate }) => businessDate),
    ...[...owed.map(({ scheduledFor }) => scheduledFor), ...untilChange].map((instant) =>
      businessDateOf(instant, timezone),
    ),
  ];
  const counts = new Map<string, number>();
  for (const date of dates) counts.set(date.toString(), (counts.get(date.toString()) ?? 0) + 1);
  return counts;
}

function laterOf({ now, cursor }: ScheduleFacts): Temporal.Instant {
  return Temporal.Instant.compare(now, cursor) >= 0 ? now : cursor;
}

/** The runs of one version by date: those after the change, all of its own, and all if no clock ever changed. */
interface VersionRuns {
  readonly coming: RunsByDate;
  readonly own: RunsByDate;
  readonly usual: RunsByDate;
}

function versionRuns(dag: Dag | null, changeAt: Temporal.Instant, dates: DateSpan): VersionRuns {
  if (dag === null) return { coming: new Map(), own: new Map(), usual: new Map() };
  const schedule = scheduleOf(dag);
  const own = runsByDate(schedule, dates);
  return {
    own,
    coming: runsAfterChange(schedule, own, changeAt),
    usual: runsByDate({ ...schedule, timezone: 'UTC' }, dates),
  };
}

/** Returns the runs after the change: on the date of the change those that are later, and none of earlier dates. */
function runsAfterChange(schedule: Schedule, own: RunsByDate, changeAt: Temporal.Instant): RunsByDate {
  const today = businessDateOf(changeAt, schedule.timezone);
  const endOfToday = today.add({ days: 1 }).toZonedDateTime(schedule.timezone).toInstant();
  const until = endOfToday.subtract({ milliseconds: 1 });
  const left = [...instantsBetween(schedule, { after: changeAt, until })];
  const ofToday = runsOf(left);
  const whole = [...own].filter(([date]) => date > today.toString());
  return new Map(ofToday === null ? whole : [[today.toString(), ofToday], ...whole]);
}
