/** Describes the rules of a calendar in words. */
import { MONTH_NAMES, PLACE_NAMES, WEEKDAY_NAMES } from '../time/names.ts';
import type { ClosedRule } from './calendar.ts';
import type { Observance } from './dated_rule.ts';

const OBSERVED: Readonly<Record<Observance, string>> = {
  as_is: '',
  monday: ' (the Monday after, if on a weekend)',
  nearest_weekday: ' (the nearest weekday, if on a weekend)',
  next_weekday: ' (the next weekday that is open, if on a weekend)',
};

/** Returns when the rule closes: `on the fourth Thursday of November`, `2 days before Easter Sunday`. */
export function ruleWords(rule: ClosedRule): string {
  switch (rule.kind) {
    case 'date':
      return `on ${rule.date}`;
    case 'month_day':
      return `on ${MONTH_NAMES[rule.month - 1]} ${rule.day}${OBSERVED[rule.observed]}`;
    case 'nth_weekday': {
      const place = rule.nth === 'last' ? 'last' : PLACE_NAMES[rule.nth - 1];
      const months =
        rule.months.length === 12 ? 'every month' : rule.months.map((m) => MONTH_NAMES[m - 1]).join(', ');
      const day = `the ${place} ${WEEKDAY_NAMES[rule.weekday - 1]} of ${months}`;
      return rule.plusDays === 0 ? `on ${day}` : `${offsetWords(rule.plusDays)} ${day}`;
    }
    case 'easter':
      return rule.plusDays === 0 ? 'on Easter Sunday' : `${offsetWords(rule.plusDays)} Easter Sunday`;
    case 'weekdays':
      return `every ${rule.weekdays.map((weekday) => WEEKDAY_NAMES[weekday - 1]).join(', ')}`;
  }
}

function offsetWords(days: number): string {
  const count = Math.abs(days);
  return `${count} ${count === 1 ? 'day' : 'days'} ${days < 0 ? 'before' : 'after'}`;
}
