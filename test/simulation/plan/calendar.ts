/** The dates of a scenario of nights: consecutive, past, and with a night of the clock change among them. */
import type { Random } from '../../../demo/world/random.ts';

export const TIMEZONE = 'America/New_York';

/** The first date of a scenario: 3 to 20 days before a change of the clock in a year since 2007. */
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

/** 01:00 on the wall, which every New York date has; on the long day the first. */
export function dueAtMs(date: Temporal.PlainDate): number {
  return date.toZonedDateTime({ timeZone: TIMEZONE, plainTime: '01:00' }).epochMilliseconds;
}

export type ClockChange = 'forward' | 'back';

/** Whether the clock is changed on that date; null on all other dates. */
export function clockChange(date: Temporal.PlainDate): ClockChange | null {
  const { hoursInDay } = date.toZonedDateTime(TIMEZONE);
  if (hoursInDay === 24) return null;
  return hoursInDay < 24 ? 'forward' : 'back';
}
