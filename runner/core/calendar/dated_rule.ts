/** Rules that close single dates of a year. */
import { easterSunday } from './easter.ts';

/**
 * The rule by which a date that falls on a weekend is observed: on the following Monday; on the nearest weekday, as the holidays of
 * the US government are (Saturday on Friday, Sunday on Monday); or on the next weekday that no other rule of the file
 * closes, as the substitute days of the United Kingdom are.
 */
export const OBSERVANCES = ['as_is', 'monday', 'nearest_weekday', 'next_weekday'] as const;
export type Observance = (typeof OBSERVANCES)[number];

export type DatedRule =
  | { readonly kind: 'date'; readonly name: string; readonly date: Temporal.PlainDate }
  | {
      readonly kind: 'month_day';
      readonly name: string;
      /** 1-12; the 29th of February exists in leap years only. */
      readonly month: number;
      readonly day: number;
      readonly observed: Observance;
    }
  | {
      readonly kind: 'nth_weekday';
      readonly name: string;
      /** 1-7, 1 is Monday. */
      readonly weekday: number;
      readonly nth: number | 'last';
      /** 1-12, ascending. */
      readonly months: readonly number[];
      readonly plusDays: number;
    }
  | {
      readonly kind: 'easter';
      readonly name: string;
      /** Days after Easter Sunday, negative before it. */
      readonly plusDays: number;
    };

interface NamedDate {
  readonly name: string;
  readonly date: Temporal.PlainDate;
}

/** Returns the name of each closed date of a year by its ISO date; of several rules for a date, the first names it. */
export function closedDatesOfYear(rules: readonly DatedRule[], year: number): ReadonlyMap<string, string> {
  // A date may be observed, or lie some days from its rule, in the year before or after.
  const natural = [year - 1, year, year + 1].flatMap((each) =>
    rules.flatMap((rule) => datesOf(rule, each).map((date) => ({ rule, date }))),
  );
  const taken = new Set(
    natural
      .filter(({ rule }) => !isSubstituted(rule))
      .map(({ rule, date }) => observed(rule, date).date.toString()),
  );
  for (const { rule, date } of natural) {
    if (isSubstituted(rule) && !isWeekend(date)) taken.add(date.toString());
  }
  const found = new Map<string, string>();
  for (const { rule, date } of natural) {
    const at = isSubstituted(rule) && isWeekend(date) ? substitute(rule, date, taken) : observed(rule, date);
    if (at.date.year === year && !found.has(at.date.toString())) found.set(at.date.toString(), at.name);
  }
  return found;
}

function datesOf(rule: DatedRule, year: number): readonly Temporal.PlainDate[] {
  switch (rule.kind) {
    case 'date':
      return rule.date.year === year ? [rule.date] : [];
    case 'month_day': {
      const { daysInMonth } = new Temporal.PlainDate(year, rule.month, 1);
      return rule.day > daysInMonth ? [] : [new Temporal.PlainDate(year, rule.month, rule.day)];
    }
    case 'nth_weekday':
      return rule.months.flatMap((month) => {
        const date = nthWeekday(new Temporal.PlainDate(year, month, 1), rule);
        return date === null ? [] : [date.add({ days: rule.plusDays })];
      });
    case 'easter':
      return [easterSunday(year).add({ days: rule.plusDays })];
  }
}

/** Returns the nth weekday of a month; null if the month has no fifth one. */
function nthWeekday(
  first: Temporal.PlainDate,
  { weekday, nth }: Extract<DatedRule, { kind: 'nth_weekday' }>,
): Temporal.PlainDate | null {
  const firstDay = 1 + ((weekday - first.dayOfWeek + 7) % 7);
  const weeks = nth === 'last' ? Math.floor((first.daysInMonth - firstDay) / 7) : nth - 1;
  const day = firstDay + 7 * weeks;
  return day > first.daysInMonth ? null : first.with({ day });
}

function isSubstituted(rule: DatedRule): boolean {
  return rule.kind === 'month_day' && rule.observed === 'next_weekday';
}

function isWeekend({ dayOfWeek }: Temporal.PlainDate): boolean {
  return dayOfWeek > 5;
}

/** Returns the date on which a rule's date is observed. */
function observed(rule: DatedRule, date: Temporal.PlainDate): NamedDate {
  const days = rule.kind === 'month_day' ? observedAfterDays(rule.observed, date) : 0;
  if (days === 0) return { name: rule.name, date };
  return { name: observedName(rule), date: date.add({ days }) };
}

function observedAfterDays(observance: Observance, { dayOfWeek }: Temporal.PlainDate): number {
  const toMonday = dayOfWeek === 6 ? 2 : dayOfWeek === 7 ? 1 : 0;
  if (observance === 'monday') return toMonday;
  if (observance === 'nearest_weekday') return dayOfWeek === 6 ? -1 : toMonday;
  return 0;
}

/** Returns the next weekday that is not taken, and takes it. */
function substitute(rule: DatedRule, date: Temporal.PlainDate, taken: Set<string>): NamedDate {
  let at = date;
  while (isWeekend(at) || taken.has(at.toString())) at = at.add({ days: 1 });
  taken.add(at.toString());
  return { name: observedName(rule), date: at };
}

function observedName({ name }: DatedRule): string {
  return `${name} (observed)`;
}
