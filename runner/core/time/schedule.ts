/** Computes when a DAG is due, from its cron expressions in its zone, its first and last date, and its calendar. */

import type { Dag } from '../dag/dag.ts';
import { type Closing, dueDates } from './closing.ts';
import { cronEpochMs } from './cron/instants.ts';
import { type Cron, parseCron } from './cron/parse.ts';
import { businessDateOf } from './wall_time.ts';

export interface Schedule {
  /** The cron expressions; if there are none, the DAG is never due. */
  readonly crons: readonly Cron[];
  /** IANA name. */
  readonly timezone: string;
  /** The first local date on which it is due; null for no bound. */
  readonly startDate: Temporal.PlainDate | null;
  /** The last local date on which it is due; null for no bound. */
  readonly endDate: Temporal.PlainDate | null;
  /** The dates that are left out or moved; null for none. */
  readonly closing: Closing | null;
}

/** The keys of a DAG that say when it is due. */
export type DueKeys = Pick<Dag, 'schedule' | 'timezone' | 'startDate' | 'endDate' | 'calendar' | 'onClosed'>;

/** The end of an unbounded schedule: the last date with a four-digit year. */
const LAST_DATE = Temporal.PlainDate.from('9999-12-31');

/**
 * Returns the schedule of a DAG.
 * @throws CronError for an expression that the check of the DAG file would have refused
 */
export function scheduleOf(dag: DueKeys): Schedule {
  const { calendar, onClosed } = dag;
  return {
    crons: dag.schedule.map(parseCron),
    timezone: dag.timezone,
    startDate: dag.startDate,
    endDate: dag.endDate,
    closing: calendar === null || onClosed === 'run' ? null : { calendar, onClosed },
  };
}

/** Yields every instant after `afterExclusive` lazily, ascending and distinct over all expressions. */
export function* instantsAfter(
  schedule: Schedule,
  afterExclusive: Temporal.Instant,
): Generator<Temporal.Instant> {
  for (const ms of epochMsAfter(schedule, afterExclusive)) yield Temporal.Instant.fromEpochMilliseconds(ms);
}

/** Yields the instants after `after`, up to and including `until`. */
export function* instantsBetween(
  schedule: Schedule,
  { after, until }: { readonly after: Temporal.Instant; readonly until: Temporal.Instant },
): Generator<Temporal.Instant> {
  const untilMs = until.epochMilliseconds;
  for (const ms of epochMsAfter(schedule, after)) {
    if (ms > untilMs) return;
    yield Temporal.Instant.fromEpochMilliseconds(ms);
  }
}

/** Returns the instants whose local date is `date`: every instant of the schedule belongs to exactly one date. */
export function instantsOnDate(schedule: Schedule, date: Temporal.PlainDate): readonly Temporal.Instant[] {
  if (!isWithin(schedule, date)) return [];
  const upToDate = { ...schedule, endDate: date };
  return [...epochMsFrom(upToDate, date)]
    .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms))
    .filter((instant) => businessDateOf(instant, schedule.timezone).equals(date));
}

/** Returns the first instant after `after`; null if there is none. */
export function nextInstant(schedule: Schedule, after: Temporal.Instant): Temporal.Instant | null {
  return instantsAfter(schedule, after).next().value ?? null;
}

function* epochMsAfter(schedule: Schedule, after: Temporal.Instant): Generator<number> {
  const afterMs = after.epochMilliseconds;
  for (const ms of epochMsFrom(schedule, businessDateOf(after, schedule.timezone))) {
    if (ms > afterMs) yield ms;
  }
}

/**
 * Yields epoch milliseconds within the schedule's dates, ascending; it may begin with instants of the date before
 * `from`.
 */
function* epochMsFrom(schedule: Schedule, from: Temporal.PlainDate): Generator<number> {
  const { crons, timezone, startDate, endDate, closing } = schedule;
  const first = startDate !== null && Temporal.PlainDate.compare(startDate, from) > 0 ? startDate : from;
  // The largest clock change is a day, so a wall time of the day before may fire on `first`, but none of an earlier
  // day.
  const dates = { from: first.subtract({ days: 1 }), to: endDate ?? LAST_DATE };
  const sources = crons.map((cron) => cronEpochMs(cron, timezone, dueDates(cron, closing, dates)));
  for (const ms of mergeAscending(sources)) {
    if (
      (startDate === null && endDate === null) ||
      isWithin(schedule, businessDateOf(Temporal.Instant.fromEpochMilliseconds(ms), timezone))
    ) {
      yield ms;
    }
  }
}

function isWithin({ startDate, endDate }: Schedule, date: Temporal.PlainDate): boolean {
  return (
    (startDate === null || Temporal.PlainDate.compare(date, startDate) >= 0) &&
    (endDate === null || Temporal.PlainDate.compare(date, endDate) <= 0)
  );
}

function* mergeAscending(sources: readonly Generator<number>[]): Generator<number> {
  const heads = sources.map((source) => ({ source, head: source.next() }));
  for (;;) {
    const least = Math.min(...heads.map(({ head }) => (head.done ? Number.POSITIVE_INFINITY : head.value)));
    if (least === Number.POSITIVE_INFINITY) return;
    yield least;
    for (const merged of heads) {
      if (merged.head.value === least) merged.head = merged.source.next();
    }
  }
}
