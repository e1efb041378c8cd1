/** Parses wall clock times, and converts them to instants in a zone. */
import type { WallTime } from '../dag/dag.ts';

const WALL_TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:\+(\d{1,2})d)?$/;

export class WallTimeError extends Error {
  override name = 'WallTimeError';
}

/**
 * Parses `"01:30"`, `"23:15:30"`, or `"00:30+1d"` for the day after the business date (at most `+99d`).
 * @throws WallTimeError with what was found and how to write it
 */
export function parseWallTime(text: string): WallTime {
  const match = WALL_TIME.exec(text);
  if (match === null) {
    throw new WallTimeError(`${JSON.stringify(text)} is not a wall clock time: ${adviceFor(text)}`);
  }
  const [, hour, minute, second = '0', plusDays = '0'] = match;
  return {
    time: new Temporal.PlainTime(Number(hour), Number(minute), Number(second)),
    plusDays: Number(plusDays),
  };
}

function adviceFor(text: string): string {
  if (/^24:00/.test(text)) return 'midnight at the end of the day is "00:00+1d"';
  if (/^\d:/.test(text)) return `write the hour with two digits, "0${text}"`;
  if (/[ap]\.?m\.?$/i.test(text)) return 'write 24 hours, such as "13:30" for half past one in the afternoon';
  if (/-\d+d?$/.test(text)) return 'it lies on the business date or after it, never before';
  return 'write "01:30", "23:15:30", or "00:30+1d" for the next day';
}

/** Returns the shortest form that `parseWallTime` reads back. */
export function formatWallTime({ time, plusDays }: WallTime): string {
  const clock = time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' });
  return plusDays === 0 ? clock : `${clock}+${plusDays}d`;
}

/**
 * Returns the instant of `wallTime` on `businessDate` in `timezone`. A time that the clocks skip moves forward by the
 * length of the gap (New York 02:30 -> 03:30); for a time that occurs twice it is the first.
 */
export function resolveWallTime(
  businessDate: Temporal.PlainDate,
  wallTime: WallTime,
  timezone: string,
): Temporal.Instant {
  return businessDate
    .add({ days: wallTime.plusDays })
    .toPlainDateTime(wallTime.time)
    .toZonedDateTime(timezone, { disambiguation: 'compatible' })
    .toInstant();
}

/** Returns the local date of `instant` in `timezone`. */
export function businessDateOf(instant: Temporal.Instant, timezone: string): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(timezone).toPlainDate();
}

/**
 * Returns true if `text` is an IANA name such as `America/New_York`, in any case. `+05:00` is not one: it has no DST
 * rules.
 */
export function isTimeZone(text: string): boolean {
  // Temporal itself would also take offsets and whole ISO strings that carry a zone.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
