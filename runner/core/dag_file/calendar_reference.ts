/** Checks the calendar that a DAG file names. */
import type { CalendarSet, ResolvedCalendar } from '../calendar/file/resolve.ts';
import type { Json, JsonObject } from '../value/json.ts';
import { didYouMeanOrList } from '../value/suggest.ts';
import type { DagFileFinding } from './finding.ts';
import { formatProblem } from './problem.ts';
import { asMap } from './yaml/values.ts';

/** Returns the calendar that the file names; null if it names none, or one that does not exist. */
export function calendarOf(root: Json | undefined, calendars: CalendarSet): ResolvedCalendar | null {
  const { calendar: name } = asMap(root);
  return (typeof name === 'string' ? calendars.get(name) : undefined) ?? null;
}

export function calendarFindings(root: JsonObject, calendars: CalendarSet): readonly DagFileFinding[] {
  const { calendar: name, on_closed: onClosed } = root;
  if (name === undefined) {
    if (onClosed === undefined) return [];
    const message = 'says nothing without a calendar: add calendar, or remove this';
    return [{ path: ['on_closed'], at: 'key', message }];
  }
  if (typeof name !== 'string') return [];
  const path = ['calendar'];
  const found = calendars.get(name);
  if (found === undefined) {
    const known = didYouMeanOrList(name, [...calendars.keys()]);
    return [
      { path, message: `no calendar is called ${name} (a file in calendars/, beside the DAGs)${known}` },
    ];
  }
  const [first] = found.problems;
  if (first === undefined) return [];
  return [{ path, message: `the calendar ${name} is invalid, correct it first: ${formatProblem(first)}` }];
}
