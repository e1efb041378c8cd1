/** Leaves out, or moves, the dates of a cron expression on which a calendar is closed. */
import { type Calendar, closedAs } from '../calendar/calendar.ts';
import type { ClosedPolicy } from '../dag/dag.ts';
import type { Cron } from './cron/cron.ts';
import { matchingDates } from './cron/dates.ts';

/** A calendar, and what happens to the dates that it closes; without one, a run as usual. */
export interface Closing {
  readonly calendar: Calendar;
  readonly onClosed: Exclude<ClosedPolicy, 'run'>;
}

/** A range of dates, both inclusive. */
interface Dates {
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
}

/** The largest number of days by which a run is moved: one that finds no open day within them is left out. */
export const MOVED_AT_MOST_DAYS = 31;

/** Weekdays and lengths of months repeat after 28 years: if no date was open in so long, none ever will be. */
const GIVE_UP_YEARS = 29;

/**
 * Yields the dates on which the expression is due, ascending and each once: a date that gets a run from a closed one has
 * no second run of the expression, whether it matches itself or another closed date is moved onto it as well.
 */
export function* dueDates(
  cron: Cron,
  closing: Closing | null,
  { from, to }: Dates,
): Generator<Temporal.PlainDate> {
  if (closing === null) {
    yield* matchingDates(cron, { from, to });
    return;
  }
  let last: Temporal.PlainDate | null = null;
  let giveUp = from.add({ years: GIVE_UP_YEARS });
  for (const date of matchingDates(cron, withNeighbours(closing, { from, to }))) {
    if (Temporal.PlainDate.compare(date, giveUp) > 0) return;
    const due = dueDate(closing, date);
    if (due === null || last?.equals(due) || !isWithin(due, { from, to })) continue;
    last = due;
    giveUp = due.add({ years: GIVE_UP_YEARS });
    yield due;
  }
}

/** Returns the date of the run of a matching date: itself if it is open, or an open one near it; null for none. */
export function dueDate(
  { calendar, onClosed }: Closing,
  date: Temporal.PlainDate,
): Temporal.PlainDate | null {
  const isClosed = (at: Temporal.PlainDate) => closedAs(calendar, at) !== null;
  if (!isClosed(date)) return date;
  if (onClosed === 'skip') return null;
  const step = onClosed === 'next' ? 1 : -1;
  for (let days = 1; days <= MOVED_AT_MOST_DAYS; days++) {
    const near = date.add({ days: days * step });
    if (!isClosed(near)) return near;
  }
  return null;
}

/** Returns the range with the dates beside it whose run may be moved into it. */
function withNeighbours({ onClosed }: Closing, { from, to }: Dates): Dates {
  const days = MOVED_AT_MOST_DAYS;
  return {
    from: onClosed === 'next' ? from.subtract({ days }) : from,
    to: onClosed === 'previous' ? laterBy(to, days) : to,
  };
}

function laterBy(date: Temporal.PlainDate, days: number): Temporal.PlainDate {
  // The last date of unbounded schedules is also the last that has a four-digit year.
  return date.year === 9999 ? date : date.add({ days });
}

function isWithin(date: Temporal.PlainDate, { from, to }: Dates): boolean {
  return Temporal.PlainDate.compare(date, from) >= 0 && Temporal.PlainDate.compare(date, to) <= 0;
}
