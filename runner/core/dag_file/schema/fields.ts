/** The kinds of value of a DAG file's keys. Each reads a text and says what is wrong with it. */
import { z } from 'zod';
import { isSoleTemplate } from '../../run/template_ref.ts';
import { CronError, parseCron } from '../../time/cron/parse.ts';
import { DurationError, parseDuration } from '../../time/duration.ts';
import { isTimeZone, parseWallTime, WallTimeError } from '../../time/wall_time.ts';
import type { Json } from '../../value/json.ts';
import { didYouMean } from '../../value/suggest.ts';

/** The JSON Schema annotations of a key, which editors display. */
export interface KeyAnnotations {
  readonly description: string;
  readonly default?: Json;
  readonly examples?: Json[];
}

class FieldError extends Error {
  override name = 'FieldError';
}

const ID = '^[a-z][a-z0-9_]{0,62}$';
const DURATION = '^(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$';
const WALL_TIME = '^\\d\\d:\\d\\d(:\\d\\d)?(\\+\\d{1,2}d)?$';
const ONE_TEMPLATE = '^\\$\\{\\{[^}]*\\}\\}$';
const INT4_MAX = 2_147_483_647;

/** Accepts an id of a DAG, task, task type or pool. */
export function id(annotations: KeyAnnotations) {
  return text({ ...annotations, pattern: ID }, (found) => {
    if (new RegExp(ID).test(found)) return found;
    throw new FieldError(
      `${JSON.stringify(found)} is not an id: begin with a letter a-z, then a-z, 0-9 or _, at most 63 in all`,
    );
  });
}

/** Accepts the name of a param. */
export const paramName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
    'a name begins with a letter or _, then come A-Z a-z 0-9 _, at most 63 in all',
  );

/** Accepts a duration such as `30s`, `5m`, `1h` or `2d`, of at least `leastMs`, and gives milliseconds. */
export function duration(annotations: KeyAnnotations, leastMs: 0 | 1 = 0) {
  return text({ examples: ['30s', '5m', '1h', '2d'], ...annotations, pattern: DURATION }, (found) => {
    const ms = parseDuration(found);
    if (ms < leastMs) throw new FieldError(`${JSON.stringify(found)} is too short: write more than 0s`);
    return ms;
  });
}

/** The key under which a param's JSON Schema marks the id of a connection. */
export const CONNECTION_MARK = 'x-stockflow-connection';

/** Accepts the id of a connection: `warehouse` for `STOCKFLOW_CONN_WAREHOUSE`. */
export function connectionId(annotations: KeyAnnotations) {
  return text({ ...annotations, pattern: ID, [CONNECTION_MARK]: true }, (found) => {
    if (new RegExp(ID).test(found)) return found;
    const lower = found.toLowerCase();
    const meant = new RegExp(ID).test(lower) ? `; write ${lower}` : '';
    throw new FieldError(
      `${JSON.stringify(found)} is not the id of a connection: warehouse stands for STOCKFLOW_CONN_WAREHOUSE${meant}`,
    );
  });
}

export function instant(annotations: KeyAnnotations) {
  return text({ ...annotations, format: 'date-time' }, (found) => {
    try {
      return Temporal.Instant.from(found);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new FieldError(
        `${JSON.stringify(found)} is not an instant: write date, time and offset, such as 2026-03-10T03:00:00Z`,
      );
    }
  });
}

/** Accepts a time of day in the DAG's zone. */
export function wallTime(annotations: KeyAnnotations) {
  return text({ ...annotations, pattern: WALL_TIME }, parseWallTime);
}

export function date(annotations: KeyAnnotations) {
  return text({ ...annotations, format: 'date' }, (found) => {
    const read = /^\d{4}-\d\d-\d\d$/.test(found) ? dateOrNull(found) : null;
    if (read !== null) return read;
    throw new FieldError(
      `${JSON.stringify(found)} is not a date: write one of the calendar, such as 2026-01-31`,
    );
  });
}

/** Accepts a cron expression, and gives it as written. */
export function cron(annotations: KeyAnnotations) {
  return text({ ...annotations }, (found) => {
    parseCron(found);
    return found;
  });
}

export function timeZone(annotations: KeyAnnotations) {
  return text({ ...annotations }, (found) => {
    if (isTimeZone(found)) return found;
    const near = didYouMean(found, Intl.supportedValuesOf('timeZone'));
    throw new FieldError(
      `${JSON.stringify(found)} is not a time zone${near === '' ? ': write an IANA name such as America/New_York' : near}`,
    );
  });
}

/** Accepts a text that is one template and nothing else. */
export function template(annotations: KeyAnnotations) {
  return text({ ...annotations, pattern: ONE_TEMPLATE }, (found) => {
    if (isSoleTemplate(found)) return found;
    const example = `"\${{ tasks.some_task.output.some_key }}"`;
    throw new FieldError(
      `found ${JSON.stringify(found)}, expected one template and nothing else, such as ${example}`,
    );
  });
}

/** Accepts an integer that fits Postgres's `integer`. */
export function wholeNumber(annotations: KeyAnnotations, least: number) {
  return z
    .int()
    .min(least)
    .max(INT4_MAX)
    .meta({ ...annotations });
}

function text<Value>(annotations: Record<string, unknown>, read: (found: string) => Value) {
  return z
    .string()
    .meta(annotations)
    .transform((found, context): Value => {
      try {
        return read(found);
      } catch (error) {
        context.issues.push({ code: 'custom', input: found, ...issueOf(error, found) });
        return z.NEVER;
      }
    });
}

/** Returns the message of the issue and, for a cron expression, the 1-based column of the error. */
function issueOf(error: unknown, found: string): { message: string; params?: { column: number } } {
  if (error instanceof CronError) {
    const message = `bad cron ${JSON.stringify(found)} at its column ${error.column}: ${error.message}`;
    return { message, params: { column: error.column } };
  }
  if (error instanceof FieldError || error instanceof DurationError || error instanceof WallTimeError) {
    return { message: error.message };
  }
  throw error;
}

function dateOrNull(found: string): Temporal.PlainDate | null {
  try {
    return Temporal.PlainDate.from(found);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
