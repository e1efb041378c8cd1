/** Parses cron expressions of five fields into sets of numbers, with errors that a person can act on. */
import type { Cron } from './cron.ts';
import { matchingDates } from './dates.ts';
import { parseDaysOfMonth, parseDaysOfWeek } from './days.ts';
import { CronError, HOUR, MINUTE, MONTH, type Piece, parseField } from './field.ts';

export type { Cron };
export { CronError };

const FIVE_FIELDS = 'write five: minute hour day-of-month month day-of-week';

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

const LONGEST_MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The weekdays and the lengths of months repeat after 28 years. */
const CYCLE = { from: Temporal.PlainDate.from('2000-01-01'), to: Temporal.PlainDate.from('2027-12-31') };

/**
 * Reads `minute hour day-of-month month day-of-week`, or one word for such fields: `@hourly @daily @midnight @weekly
 * @monthly @yearly @annually`.
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
    ...parseDaysOfMonth(dayOfMonth),
    months: parseField(month, MONTH),
    ...parseDaysOfWeek(dayOfWeek),
    dayRule: dayOfMonth.text.startsWith('*') || dayOfWeek.text.startsWith('*') ? 'both' : 'either',
    hourRule: /[*/]/.test(hour.text) ? 'every_real_hour' : 'once_per_date',
  };
  if (cron.dayRule === 'both') refuseNever(cron, { dayOfMonth, month, dayOfWeek });
  return cron;
}

interface DateFields {
  readonly dayOfMonth: Piece;
  readonly month: Piece;
  readonly dayOfWeek: Piece;
}

/** @throws CronError for an expression that no date matches; both day fields must match */
function refuseNever(cron: Cron, { dayOfMonth, month, dayOfWeek }: DateFields): void {
  const { daysOfMonth, placedDays, placedWeekdays, months } = cron;
  const isPlaced = placedDays.length + placedWeekdays.length > 0;
  const isNever = isPlaced
    ? matchingDates(cron, CYCLE).next().done
    : months.every((m) => Math.min(...daysOfMonth) > (LONGEST_MONTH_DAYS[m - 1] ?? 0));
  if (!isNever) return;
  if (dayOfWeek.text === '*') {
    throw new CronError(
      dayOfMonth.column,
      `would never fire: month ${month.text} has no day ${dayOfMonth.text}, write a day that exists there`,
    );
  }
  throw new CronError(
    dayOfWeek.column,
    `would never fire: no date of month ${month.text} is both day ${dayOfMonth.text} and ${dayOfWeek.text}, write days that meet`,
  );
}

function parseMacro(macro: Piece, extra: Piece | undefined): Cron {
  const expansion = MACROS.get(macro.text.toLowerCase());
  if (macro.text.toLowerCase() === '@reboot') {
    throw new CronError(
      macro.column,
      '"@reboot" is no time of a clock: workers start and stop at any time, and there may be several; write the time at which a run is due, or null to run by hand only',
    );
  }
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
