/** A calendar: the dates on which those who use it are closed, each with a name. */
import { closedDatesOfYear, type DatedRule } from './dated_rule.ts';

/** Closes every one of these weekdays. */
export interface WeekdayRule {
  readonly kind: 'weekdays';
  readonly name: string;
  /** 1-7, 1 is Monday. */
  readonly weekdays: readonly number[];
}

export type ClosedRule = DatedRule | WeekdayRule;

export interface Calendar {
  readonly name: string;
  readonly description: string;
  /** In the order of the file. */
  readonly rules: readonly ClosedRule[];
  /** Their dates are closed here too. */
  readonly include: readonly Calendar[];
  /** Their dates are open here, whatever closes them. */
  readonly exclude: readonly Calendar[];
}

/**
 * Returns the name under which the date is closed; null if it is open. Of several names it is the first: dated rules in
 * the order of the file, then the included calendars in their order, then the file's weekdays.
 */
export function closedAs(calendar: Calendar, date: Temporal.PlainDate): string | null {
  if (calendar.exclude.some((excluded) => closedAs(excluded, date) !== null)) return null;
  const dated = datedOf(calendar, date.year).get(date.toString());
  if (dated !== undefined) return dated;
  for (const included of calendar.include) {
    const name = closedAs(included, date);
    if (name !== null) return name;
  }
  const weekly = calendar.rules.find(
    (rule) => rule.kind === 'weekdays' && rule.weekdays.includes(date.dayOfWeek),
  );
  return weekly?.name ?? null;
}

/** The dates of the dated rules of each calendar by year, as a schedule asks for every one of its dates. */
const years = new WeakMap<Calendar, Map<number, ReadonlyMap<string, string>>>();

function datedOf(calendar: Calendar, year: number): ReadonlyMap<string, string> {
  const known = years.get(calendar) ?? new Map<number, ReadonlyMap<string, string>>();
  years.set(calendar, known);
  const made = known.get(year) ?? closedDatesOfYear(calendar.rules.filter(isDated), year);
  known.set(year, made);
  return made;
}

function isDated(rule: ClosedRule): rule is DatedRule {
  return rule.kind !== 'weekdays';
}
