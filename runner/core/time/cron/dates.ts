/** Finds the dates that match the day and month fields of a cron expression. */

import type { Cron } from './cron.ts';
import { isPlacedDay, isPlacedWeekday } from './days.ts';

/**
 * Yields the matching dates from `from` to `to`, both inclusive, ascending. Months without a match are skipped whole.
 */
export function* matchingDates(
  cron: Cron,
  { from, to }: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate },
): Generator<Temporal.PlainDate> {
  let date = from;
  while (Temporal.PlainDate.compare(date, to) <= 0) {
    if (!cron.months.includes(date.month)) {
      date = date.with({ day: 1 }).add({ months: 1 });
      continue;
    }
    if (matchesDay(cron, date)) yield date;
    date = date.add({ days: 1 });
  }
}

function matchesDay(cron: Cron, date: Temporal.PlainDate): boolean {
  const onDayOfMonth =
    cron.daysOfMonth.includes(date.day) || cron.placedDays.some((placed) => isPlacedDay(placed, date));
  const onDayOfWeek =
    cron.daysOfWeek.includes(date.dayOfWeek % 7) ||
    cron.placedWeekdays.some((placed) => isPlacedWeekday(placed, date));
  return cron.dayRule === 'both' ? onDayOfMonth && onDayOfWeek : onDayOfMonth || onDayOfWeek;
}
