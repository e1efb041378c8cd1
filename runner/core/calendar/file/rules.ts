/** Checks the rules of a calendar file, and builds them from its checked keys. */
import type { DagFileFinding } from '../../dag_file/finding.ts';
import type { KeyPath } from '../../dag_file/key_path.ts';
import { asList, asMap } from '../../dag_file/yaml/values.ts';
import type { Json, JsonObject } from '../../value/json.ts';
import type { ClosedRule } from '../calendar.ts';
import { KIND_KEYS, MONTHS, type RuleKeys, WEEKDAYS } from './keys.ts';

const MONTH_NUMBERS: ReadonlyMap<string, number> = new Map(MONTHS.map((name, index) => [name, index + 1]));

const LONGEST_MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Returns the rules whose keys contradict each other, or that leave open which dates they close. */
export function ruleFindings(root: JsonObject): readonly DagFileFinding[] {
  return asList(root.closed).flatMap((rule, index) => findingsOf(asMap(rule), ['closed', index]));
}

function findingsOf(rule: JsonObject, path: KeyPath): readonly DagFileFinding[] {
  const kinds = KIND_KEYS.filter((key) => rule[key] !== undefined);
  const [kind, other] = kinds;
  if (kind === undefined) {
    const message = 'says no date: give date, month and day, weekday, or easter';
    return [{ path, message }];
  }
  if (other !== undefined) {
    return [
      {
        path: [...path, other],
        at: 'key',
        message: `stands beside ${kind}: a rule is of one kind, make two rules of it`,
      },
    ];
  }
  return [...misplacedKeys(rule, kind, path), ...dayFindings(rule, path), ...weekdayFindings(rule, path)];
}

/** The keys that belong to one kind of rule, with that kind in words. */
const BELONGS: readonly { readonly key: string; readonly to: readonly string[]; readonly words: string }[] = [
  { key: 'month', to: ['day', 'weekday'], words: 'day or to an nth weekday' },
  { key: 'observed', to: ['day'], words: 'month and day' },
  { key: 'nth', to: ['weekday'], words: 'weekday' },
  { key: 'plus_days', to: ['weekday'], words: 'an nth weekday' },
];

function misplacedKeys(rule: JsonObject, kind: string, path: KeyPath): readonly DagFileFinding[] {
  return BELONGS.filter(({ key, to }) => rule[key] !== undefined && !to.includes(kind)).map(
    ({ key, words }) => ({
      path: [...path, key],
      at: 'key' as const,
      message: `belongs to ${words}, and this rule has ${kind}: remove it`,
    }),
  );
}

function dayFindings({ day, month }: JsonObject, path: KeyPath): readonly DagFileFinding[] {
  if (day === undefined) return [];
  if (month === undefined)
    return [{ path: [...path, 'month'], message: 'is missing, and must be given with day' }];
  const months = monthNumbers(month);
  if (typeof day !== 'number' || months.length === 0) return [];
  const longest = Math.max(...months.map((each) => LONGEST_MONTH_DAYS[each - 1] ?? 0));
  if (Array.isArray(month)) {
    return [
      { path: [...path, 'month'], message: 'found a list, and day takes one month: make a rule of each' },
    ];
  }
  return day <= longest ? [] : [{ path: [...path, 'day'], message: `${String(month)} has no day ${day}` }];
}

function weekdayFindings(
  { weekday, nth, month, plus_days: plusDays }: JsonObject,
  path: KeyPath,
): readonly DagFileFinding[] {
  if (weekday === undefined) return [];
  if (nth === undefined) {
    return ['month', 'plus_days']
      .filter((key) => (key === 'month' ? month : plusDays) !== undefined)
      .map((key) => ({
        path: [...path, key],
        at: 'key' as const,
        message: 'needs nth: without it the rule closes every one of these weekdays',
      }));
  }
  if (!Array.isArray(weekday)) return [];
  return [
    { path: [...path, 'weekday'], message: 'found a list, and nth takes one weekday: make a rule of each' },
  ];
}

/** Returns 1-12 for each month that is known. */
function monthNumbers(month: Json): readonly number[] {
  return [month].flat().flatMap((name) => {
    const month = typeof name === 'string' ? MONTH_NUMBERS.get(name) : undefined;
    return month === undefined ? [] : [month];
  });
}

/** Builds a rule whose keys have no finding. @throws Error for any other */
export function buildRule(rule: RuleKeys): ClosedRule {
  const { name, date, day, easter, weekday, nth } = rule;
  const months = rule.month === undefined ? MONTHS.map((_, index) => index + 1) : monthNumbers(rule.month);
  if (date !== undefined) return { kind: 'date', name, date };
  if (easter !== undefined) return { kind: 'easter', name, plusDays: easter };
  const [month] = months;
  if (day !== undefined && month !== undefined) {
    return { kind: 'month_day', name, month, day, observed: rule.observed ?? 'as_is' };
  }
  const weekdays = [weekday ?? []].flat().map((each) => WEEKDAYS.indexOf(each) + 1);
  if (nth === undefined) return { kind: 'weekdays', name, weekdays };
  const [first] = weekdays;
  if (first === undefined) throw new Error(`the rule ${name} of a calendar has no date`);
  const inOrder = months.toSorted((a, b) => a - b);
  return { kind: 'nth_weekday', name, weekday: first, nth, months: inOrder, plusDays: rule.plus_days ?? 0 };
}
