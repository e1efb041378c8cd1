/** The calendar of a DAG as machines read it. */
import type { Calendar } from '../../core/calendar/calendar.ts';
import { ruleWords } from '../../core/calendar/describe.ts';
import type { Json } from '../../core/value/json.ts';

export function calendarJson({ name, description, rules, include, exclude }: Calendar): Json {
  return {
    name,
    description,
    closed: rules.map((rule) => ({ name: rule.name, rule: ruleWords(rule) })),
    include: include.map((calendar) => calendar.name),
    exclude: exclude.map((calendar) => calendar.name),
  };
}
