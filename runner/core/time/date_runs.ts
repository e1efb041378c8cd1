/** Counts how often a schedule fires on each of many dates, and finds the first instant of each. */
import { clockChanges } from './clock_change.ts';
import { dueDates } from './closing.ts';
import type { Cron } from './cron/parse.ts';
import { instantsOnDate, type Schedule } from './schedule.ts';

export interface DateRuns {
  readonly count: number;
  readonly first: Temporal.Instant;
}

/** The runs of each date, by ISO date; dates without a run are left out. */
export type RunsByDate = ReadonlyMap<string, DateRuns>;

/** A range of dates, both ends inclusive. */
export interface DateSpan {
  readonly first: Temporal.PlainDate;
  readonly last: Temporal.PlainDate;
}

/** Returns the runs of a schedule on each date of the range. */
export function runsByDate(schedule: Schedule, { first, last }: DateSpan): RunsByDate {
  const found = new Map<string, DateRuns>();
  const minutesOf = minutesByDate(schedule, { first, last });
  const nearDst = datesNearDst(schedule.timezone, { first, last });
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const runs = nearDst.has(date.toString())
      ? runsOf(instantsOnDate(schedule, date))
      : runsWithoutClockChange(schedule, date, minutesOf(date));
    if (runs !== null) found.set(date.toString(), runs);
  }
  return found;
}

/** Returns the count and the first of the instants; null if there are none. @param instants ascending */
export function runsOf(instants: readonly Temporal.Instant[]): DateRuns | null {
  const [first] = instants;
  return first === undefined ? null : { count: instants.length, first };
}

const MINUTE_MS = 60_000;

/**
 * Returns the runs of dates without a clock change on them or on the date before. Their wall times alone give the
 * result, so half a million instants a year need not be walked.
 */
function runsWithoutClockChange(
  { timezone, startDate, endDate }: Schedule,
  date: Temporal.PlainDate,
  minutes: DayMinutes,
): DateRuns | null {
  if (minutes.count === 0) return null;
  if (startDate !== null && Temporal.PlainDate.compare(date, startDate) < 0) return null;
  if (endDate !== null && Temporal.PlainDate.compare(date, endDate) > 0) return null;
  const start = date.toZonedDateTime(timezone).toInstant();
  return { count: minutes.count, first: start.add({ milliseconds: minutes.first * MINUTE_MS }) };
}

/** Returns the dates with a clock change and the dates after them, on which a wall time moved over a gap may fire. */
function datesNearDst(timezone: string, { first, last }: DateSpan): ReadonlySet<string> {
  const changes = clockChanges(timezone, {
    after: first.subtract({ days: 2 }).toZonedDateTime(timezone).toInstant(),
    until: last.add({ days: 2 }).toZonedDateTime(timezone).toInstant(),
  });
  return new Set(
    changes.flatMap(({ from, until }) =>
      [from, until].flatMap((wall) => {
        const date = wall.toPlainDate();
        return [date.toString(), date.add({ days: 1 }).toString()];
      }),
    ),
  );
}

/** The number of minutes of a day at which a schedule fires, and the first of them, counted from midnight. */
interface DayMinutes {
  readonly count: number;
  readonly first: number;
}

/** Returns the minutes of each date. They are computed once for each set of expressions that match a date. */
function minutesByDate(
  { crons, closing }: Schedule,
  { first, last }: DateSpan,
): (date: Temporal.PlainDate) => DayMinutes {
  const datesOf = crons.map(
    (cron) => new Set([...dueDates(cron, closing, { from: first, to: last })].map((date) => date.toString())),
  );
  const made = new Map<string, DayMinutes>();
  return (date) => {
    const text = date.toString();
    const matching = crons.filter((_, index) => datesOf[index]?.has(text));
    const key = matching.map((cron) => cron.text).join('\n');
    const minutes = made.get(key) ?? dayMinutes(matching);
    made.set(key, minutes);
    return minutes;
  };
}

function dayMinutes(crons: readonly Cron[]): DayMinutes {
  const minutes = new Set(
    crons.flatMap((cron) => cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute))),
  );
  return { count: minutes.size, first: Math.min(...minutes) };
}
