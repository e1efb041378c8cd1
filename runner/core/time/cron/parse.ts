/** Parses cron expressions of five fields into sets of numbers, with errors that a person can act on. */
import {
  CronError,
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  HOUR,
  MINUTE,
  MONTH,
  type Piece,
  parseField,
} from './field.ts';

export { CronError };

export interface Cron {
  /** As written. */
  readonly text: string;
  /** 0-59; this and the sets below are ascending and without duplicates. */
  readonly minutes: readonly number[];
  /** 0-23. */
  readonly hours: readonly number[];
  /** 1-31. */
  readonly daysOfMonth: readonly number[];
  /** 1-12. */
  readonly months: readonly number[];
  /** 0-6, 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /**
   * Whether `both` day fields must match, or `either` is enough. As in Vixie cron it is `either` only if neither begins
   * with `*`: `0 0 1 * MON` is the first and every Monday, `0 0 1 * *` the first alone.
   */
  readonly dayRule: 'both' | 'either';
  /**
   * `once_per_date`: the hours are fixed, so each wall time fires once on its date, whatever the clocks do.
   * `every_real_hour`: the hour field has a `*` or a step, so each instant whose wall time matches fires.
   */
  readonly hourRule: 'once_per_date' | 'every_real_hour';
}

const FIVE_FIELDS = 'write five: minute hour day-of-month month day-of-week';

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
]);

const LONGEST_MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads `minute hour day-of-month month day-of-week` or one of `@hourly @daily @weekly @monthly @yearly`.
 * @throws CronError, also for an expression that can never fire
 */
export function parseCron(text: string): Cron {
  const pieces: Piece[] = [...text.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    column: match.index + 1,
  }));
  const [first] = pieces;
  if (first?.text.startsWith('@')) return { ...parseMacro(first, pieces[1]), text };

  const [minute, hour, dayOfMonth, month, dayOfWeek, extra] = pieces;
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) {
    throw new CronError(text.length + 1, `found ${pieces.length} fields: ${FIVE_FIELDS}`);
  }
  if (extra) {
    throw new CronError(
      extra.column,
      `found ${pieces.length} fields: ${FIVE_FIELDS} (there are no seconds or years)`,
    );
  }
  const cron: Cron = {
    text,
    minutes: parseField(minute, MINUTE),
    hours: parseField(hour, HOUR),
    daysOfMonth: parseField(dayOfMonth, DAY_OF_MONTH),
    months: parseField(month, MONTH),
    daysOfWeek: parseField(dayOfWeek, DAY_OF_WEEK),
    dayRule: dayOfMonth.text.startsWith('*') || dayOfWeek.text.startsWith('*') ? 'both' : 'either',
    hourRule: /[*/]/.test(hour.text) ? 'every_real_hour' : 'once_per_date',
  };
  const firstDay = Math.min(...cron.daysOfMonth);
  if (cron.dayRule === 'both' && cron.months.every((m) => firstDay > (LONGEST_MONTH_DAYS[m - 1] ?? 0))) {
    throw new CronError(
      dayOfMonth.column,
      `would never fire: month ${month.text} has no day ${dayOfMonth.text}, write a day that exists there`,
    );
  }
  return cron;
}

function parseMacro(macro: Piece, extra: Piece | undefined): Cron {
  const expansion = MACROS.get(macro.text.toLowerCase());
  if (expansion === undefined) {
    throw new CronError(
      macro.column,
      `${JSON.stringify(macro.text)} is not known: write ${[...MACROS.keys()].join(', ')} or five fields`,
    );
  }
  if (extra)
    throw new CronError(extra.column, `${macro.text} stands alone: remove ${JSON.stringify(extra.text)}`);
  return parseCron(expansion);
}
