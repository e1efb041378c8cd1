/** Parses values of arguments and options; a wrong one is a usage error that says how it is written. */
import { InvalidArgumentError } from 'commander';
import { DurationError, parseDuration } from '../../core/time/duration.ts';

/** @throws InvalidArgumentError */
export function parseDate(text: string): Temporal.PlainDate {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    try {
      return Temporal.PlainDate.from(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new InvalidArgumentError('Write a date such as 2026-01-31.');
}

/** A span of time in ms. @throws InvalidArgumentError */
export function parseSpanMs(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 to 999999.');
}

/** Collects `--param name=value`. @throws InvalidArgumentError */
export function collectParam(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write name=value.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

/**
 * A moment as a person gives it: with its offset or zone, or a date or wall time in `timezone`.
 * @returns null where the text is none of these
 */
export function momentIn(text: string, timezone: string): Temporal.Instant | null {
  try {
    if (/[zZ]$|[+-]\d\d:?\d\d$/.test(text)) return Temporal.Instant.from(text);
    if (text.includes('[')) return Temporal.ZonedDateTime.from(text).toInstant();
    return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(timezone).toInstant();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
