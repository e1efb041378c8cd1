/** Finds the dates on which a DAG would be due, and that its calendar closes. */
import { closedAs } from '../calendar/calendar.ts';
import type { Closing } from './closing.ts';
import { dueDate } from './closing.ts';
import { matchingDates } from './cron/dates.ts';
import { instantsOnDate, type Schedule } from './schedule.ts';
import { businessDateOf } from './wall_time.ts';

export interface ClosedDate {
  readonly date: Temporal.PlainDate;
  /** The name under which the calendar closes it. */
  readonly name: string;
  /** The date on which its run takes place instead; null if there is none. */
  readonly movedTo: Temporal.PlainDate | null;
  /** The first instant at which the DAG would be due on the date. */
  readonly at: Temporal.Instant;
}

/** Yields the closed dates from `from` to `to`, both inclusive, ascending. */
export function* closedDates(
  schedule: Schedule,
  { from, to }: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate },
): Generator<ClosedDate> {
  const { closing } = schedule;
  if (closing === null) return;
  const open: Schedule = { ...schedule, closing: null };
  for (let date = from; Temporal.PlainDate.compare(date, to) <= 0; date = date.add({ days: 1 })) {
    const closed = closedDate(open, closing, date);
    if (closed !== null) yield closed;
  }
}

/** Returns the closed dates whose first instant lies after `after`, up to and including `until`, ascending. */
export function closedBetween(
  schedule: Schedule,
  { after, until }: { readonly after: Temporal.Instant; readonly until: Temporal.Instant },
): readonly ClosedDate[] {
  if (schedule.closing === null) return [];
  const from = businessDateOf(after, schedule.timezone);
  const to = businessDateOf(until, schedule.timezone);
  return [...closedDates(schedule, { from, to })].filter(
    ({ at }) => Temporal.Instant.compare(at, after) > 0 && Temporal.Instant.compare(at, until) <= 0,
  );
}

/** Returns the facts of a date; null if it is open, or if the DAG would not be due on it. */
export function closedDateOf(schedule: Schedule, date: Temporal.PlainDate): ClosedDate | null {
  const { closing } = schedule;
  return closing === null ? null : closedDate({ ...schedule, closing: null }, closing, date);
}

function closedDate(open: Schedule, closing: Closing, date: Temporal.PlainDate): ClosedDate | null {
  const name = closedAs(closing.calendar, date);
  if (name === null) return null;
  if (!open.crons.some((cron) => matchingDates(cron, { from: date, to: date }).next().done === false))
    return null;
  const [at] = instantsOnDate(open, date);
  return at === undefined ? null : { date, name, movedTo: dueDate(closing, date), at };
}

/** `closed: Thanksgiving`, `closed: Sunday; its run is moved to 2026-11-30`. */
export function closedWords({ name, movedTo }: Pick<ClosedDate, 'name' | 'movedTo'>): string {
  return `closed: ${name}${movedTo === null ? '' : `; its run is moved to ${movedTo}`}`;
}
