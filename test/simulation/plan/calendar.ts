/** Chooses the dates of a scenario: consecutive, in the past, and with a clock change among them. */
import type { Random } from '../../../demo/world/random.ts';

export const TIMEZONE = 'America/New_York';

/** Returns the first date of a scenario: 3 to 20 days before a clock change in a year since 2007. */
export function firstDate(random: Random): Temporal.PlainDate {
  const start = Temporal.PlainDate.from({
    year: random.integer(2007, 2025),
    month: random.pick([1, 7]),
    day: 1,
  });
  const change = start.toZonedDateTime(TIMEZONE).getTimeZoneTransition('next');
  if (change === null) throw new RangeError(`${TIMEZONE} has no change of the clock after ${start}`);
  return change.toPlainDate().subtract({ days: random.integer(3, 20) });
}

/** Returns 01:00 local time, which every New York date has; on a date with two, the first. */
export function dueAtMs(date: Temporal.PlainDate): number {
  return date.toZonedDateTime({ timeZone: TIMEZONE, plainTime: '01:00' }).epochMilliseconds;
}

export type ClockChange = 'forward' | 'back';

/** Returns the clock change on that date; null on all other dates. */
export function clockChange(date: Temporal.PlainDate): ClockChange | null {
  const { hoursInDay } = date.toZonedDateTime(TIMEZONE);
  if (hoursInDay === 24) return null;
  return hoursInDay < 24 ? 'forward' : 'back';
}
