/**
 * Computes the instants at which a cron expression fires in a time zone, with the rules for clock changes.
 *
 * Fixed hours fire once per local date: a skipped wall time moves forward by the length of the gap, a repeated one
 * fires at its first occurrence. Hours with `*` or a step fire at every instant whose wall time matches.
 */

import type { Cron } from './cron.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Yields the epoch milliseconds, ascending and distinct, of the wall times on the dates. A time that was moved over a gap
 * may fall on the next date, so a caller that needs all instants of a date begins a day earlier.
 *
 * @param dates the dates on which the expression is due, ascending
 */
export function* cronEpochMs(
  cron: Cron,
  timezone: string,
  dates: Iterable<Temporal.PlainDate>,
): Generator<number> {
  const wallMinutes = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute));
  let held: number[] = [];
  for (const date of dates) {
    const startMs = startOfDateMs(date, timezone);
    const nextStartMs = startOfDateMs(date.add({ days: 1 }), timezone);
    // In no zone do two changes cancel out within a date: 24 hours mean that there was no change.
    const onDate =
      nextStartMs - startMs === DAY_MS
        ? wallMinutes.map((minute) => startMs + minute * MINUTE_MS)
        : wallMinutes.flatMap((minute) => occurrencesMs(wallTimeOn(date, minute), timezone, cron.hourRule));

    const due = distinctAscending([...held, ...onDate]);
    // A time moved past the end of this date may come after, or together with, one of the next.
    held = due.filter((ms) => ms >= nextStartMs);
    yield* due.filter((ms) => ms < nextStartMs);
  }
  yield* held;
}

function occurrencesMs(
  wall: Temporal.PlainDateTime,
  timezone: string,
  hourRule: Cron['hourRule'],
): readonly number[] {
  // `compatible` is exactly the first rule: forward by the gap, or the first of two.
  if (hourRule === 'once_per_date') {
    return [wall.toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds];
  }
  const first = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(timezone, { disambiguation: 'later' });
  const isSkipped = !first.toPlainDateTime().equals(wall);
  return isSkipped ? [] : [first.epochMilliseconds, second.epochMilliseconds];
}

function wallTimeOn(date: Temporal.PlainDate, minuteOfDay: number): Temporal.PlainDateTime {
  return date.toPlainDateTime({ hour: Math.floor(minuteOfDay / 60), minute: minuteOfDay % 60 });
}

/** Returns the start of a local date; for a date that the zone skipped, the first instant after it. */
function startOfDateMs(date: Temporal.PlainDate, timezone: string): number {
  return date.toZonedDateTime(timezone).epochMilliseconds;
}

function distinctAscending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
