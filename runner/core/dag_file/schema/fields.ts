/** The kinds of value a DAG file's keys take: each reads its text and says what is wrong with it. */
import { z } from 'zod';
import { isSoleTemplate } from '../../run/template_ref.ts';
import { CronError, parseCron } from '../../time/cron/parse.ts';
import { DurationError, parseDuration } from '../../time/duration.ts';
import { isTimeZone, parseWallTime, WallTimeError } from '../../time/wall_time.ts';
import type { Json } from '../../value/json.ts';
import { didYouMean } from '../../value/suggest.ts';

/** What an editor shows of a key: JSON Schema annotations. */
export interface Shown {
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

/** An id of a DAG, task, task type or pool. */
export function id(shown: Shown) {
  return text({ ...shown, pattern: ID }, (found) => {
    if (new RegExp(ID).test(found)) return found;
    throw new FieldError(
      `${JSON.stringify(found)} is not an id: begin with a letter a-z, then a-z, 0-9 or _, at most 63 in all`,
    );
  });
}

/** The name of a param. */
export const paramName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
    'a name begins with a letter or _, then come A-Z a-z 0-9 _, at most 63 in all',
  );

/** Milliseconds of `30s 5m 1h 2d`, at least `leastMs`. */
export function duration(shown: Shown, leastMs: 0 | 1 = 0) {
  return text({ examples: ['30s', '5m', '1h', '2d'], ...shown, pattern: DURATION }, (found) => {
    const ms = parseDuration(found);
    if (ms < leastMs) throw new FieldError(`${JSON.stringify(found)} is too short: write more than 0s`);
    return ms;
  });
}

/** Where the JSON Schema of a param says that it holds the id of a connection. */
export const CONNECTION_MARK = 'x-stockflow-connection';

/** The id of a connection, as `STOCKFLOW_CONN_<ID>` has it in lower case. */
export function connectionId(shown: Shown) {
  return text({ ...shown, pattern: ID, [CONNECTION_MARK]: true }, (found) => {
    if (new RegExp(ID).test(found)) return found;
    const lower = found.toLowerCase();
    const meant = new RegExp(ID).test(lower) ? `; write ${lower}` : '';
    throw new FieldError(
      `${JSON.stringify(found)} is not the id of a connection: warehouse stands for STOCKFLOW_CONN_WAREHOUSE${meant}`,
    );
  });
}

export function instant(shown: Shown) {
  return text({ ...shown, format: 'date-time' }, (found) => {
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

/** A time of day in the DAG's zone. */
export function wallTime(shown: Shown) {
  return text({ ...shown, pattern: WALL_TIME }, parseWallTime);
}

export function date(shown: Shown) {
  return text({ ...shown, format: 'date' }, (found) => {
    const read = /^\d{4}-\d\d-\d\d$/.test(found) ? dateOrNull(found) : null;
    if (read !== null) return read;
    throw new FieldError(
      `${JSON.stringify(found)} is not a date: write one of the calendar, such as 2026-01-31`,
    );
  });
}

/** A cron expression, kept as written. */
export function cron(shown: Shown) {
  return text({ ...shown }, (found) => {
    parseCron(found);
    return found;
  });
}

export function timeZone(shown: Shown) {
  return text({ ...shown }, (found) => {
    if (isTimeZone(found)) return found;
    const near = didYouMean(found, Intl.supportedValuesOf('timeZone'));
    throw new FieldError(
      `${JSON.stringify(found)} is not a time zone${near === '' ? ': write an IANA name such as America/New_York' : near}`,
    );
  });
}

/** A text that is one template and nothing else. */
export function template(shown: Shown) {
  return text({ ...shown, pattern: ONE_TEMPLATE }, (found) => {
    if (isSoleTemplate(found)) return found;
    const example = `"\${{ tasks.some_task.output.some_key }}"`;
    throw new FieldError(
      `found ${JSON.stringify(found)}, expected one template and nothing else, such as ${example}`,
    );
  });
}

/** A whole number that also fits Postgres's `integer`. */
export function wholeNumber(shown: Shown, least: number) {
  return z
    .int()
    .min(least)
    .max(INT4_MAX)
    .meta({ ...shown });
}

function text<Value>(shown: Record<string, unknown>, read: (found: string) => Value) {
  return z
    .string()
    .meta(shown)
    .transform((found, context): Value => {
      try {
        return read(found);
      } catch (error) {
        context.issues.push({ code: 'custom', input: found, ...issueOf(error, found) });
        return z.NEVER;
      }
    });
}

/** What the issue says, and for a cron where in the text it lies (`params.column`, 1-based). */
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
