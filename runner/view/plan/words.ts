/** A planned change in sentences. */
import type { ClockChangeDate, ClockChangeEdge } from '../../core/change/clock_change_dates.ts';
import type { DeadlineConflict } from '../../core/change/dag_change.ts';
import type { ClockChange, ResolvedWallTime } from '../../core/time/clock_change.ts';
import { type ClosedDate, closedWords } from '../../core/time/closed_dates.ts';
import { formatDuration } from '../../core/time/duration.ts';
import type { Json } from '../../core/value/json.ts';
import { inZone, spanText } from '../time_text.ts';

/** `2027-03-14, 02:00 to 03:00 is skipped` */
export function clockChangeWords({ date, direction, from, until }: ClockChange): string {
  return `${date}, ${clock(from)} to ${clock(until)} ${direction === 'forward' ? 'is skipped' : 'comes twice'}`;
}

/** Returns a sentence for each time that the DAG is due on the night; one sentence where it is not. */
export function dueWords(night: ClockChangeDate, timezone: string): readonly string[] {
  const fixed = night.due.map((due) => `due: ${resolvedWords(due, timezone, 'runs')}`);
  const { everyHour, closed } = night;
  if (closed !== null && fixed.length === 0) return [closedWords(closed)];
  if (everyHour === null) return fixed.length === 0 ? ['not due on this date'] : fixed;
  return [...fixed, `due ${everyHour.count} times (on other dates ${everyHour.usualCount})`];
}

/** `load_file not_before: 01:30 EST` */
export function edgeWords(edge: ClockChangeEdge, timezone: string): string {
  const { taskId, key, afterDueMs, usuallyAfterDueMs } = edge;
  const words = `${taskId} ${key}: ${resolvedWords(edge, timezone, 'is')}`;
  if (afterDueMs === usuallyAfterDueMs) return words;
  return `${words}, ${formatDuration(afterDueMs)} after it is due (on other dates ${formatDuration(usuallyAfterDueMs)})`;
}

/** `2027-03-14 02:30 does not exist in America/New_York: it runs at 03:30 EDT` */
export function resolvedWords(
  { wall, occurrence, at }: ResolvedWallTime,
  timezone: string,
  verb: 'runs' | 'is',
): string {
  const wallText = wall.toString({ smallestUnit: 'minute' }).replace('T', ' ');
  const local = inZone(at, timezone);
  const date = wall.toPlainDate().toString();
  const actual = local.startsWith(`${date} `) ? local.slice(date.length + 1) : local;
  if (occurrence === 'never') return `${wallText} does not exist in ${timezone}: it ${verb} at ${actual}`;
  if (occurrence === 'twice')
    return `${wallText} comes twice in ${timezone}: it ${verb} at the first, ${actual}`;
  return actual;
}

/** `1h later`, `30m earlier` */
export function shiftWords(shiftMs: number): string {
  return `${formatDuration(Math.abs(shiftMs))} ${shiftMs > 0 ? 'later' : 'earlier'}`;
}

/** `365 dates: 2026-11-26, 2026-11-27, 2026-11-28, ... 2027-11-25` */
export function datesWords(dates: readonly Temporal.PlainDate[]): string {
  const shown = dates.slice(0, 4).join(', ');
  const rest = dates.length > 5 ? `, ... ${dates.at(-1)}` : dates.length === 5 ? `, ${dates[4]}` : '';
  return `${dates.length} date${dates.length === 1 ? '' : 's'}: ${shown}${rest}`;
}

/** `3 dates: 2026-11-26 Thanksgiving; 2026-12-25 Christmas Day; 2027-03-28 Easter Sunday` */
export function closedDatesWords(closed: readonly ClosedDate[]): string {
  const shown = closed
    .slice(0, CLOSED_SHOWN)
    .map(({ date, name, movedTo }) => `${date} ${name}${movedTo === null ? '' : `, moved to ${movedTo}`}`)
    .join('; ');
  const rest = closed.length > CLOSED_SHOWN ? `; ... ${closed.at(-1)?.date}` : '';
  return `${closed.length} date${closed.length === 1 ? '' : 's'}: ${shown}${rest}`;
}

const CLOSED_SHOWN = 12;

export function deadlineWords(conflict: DeadlineConflict, timezone: string): string {
  const { taskId, first, dateCount, dueDateCount, usual, isNew } = conflict;
  const when = dateCount === dueDateCount ? 'on every date' : `on ${dateCount} of ${dueDateCount} dates`;
  const took = usual === null ? '' : `, usual duration ${spanText(usual.p95Ms)} (p95 of ${usual.runs} runs)`;
  const old = isNew ? '' : '; so by the version in force';
  return `${taskId}: ${when}, first ${first.businessDate}: expected to end ${inZone(first.expectedAt, timezone)}, deadline ${inZone(first.deadlineAt, timezone)}${took}${old}`;
}

/** A value as the file has it, on one line. */
export function valueWords(value: Json): string {
  if (value === null) return '(not given)';
  return typeof value === 'string' ? value || '""' : JSON.stringify(value);
}

function clock(wall: Temporal.PlainDateTime): string {
  return wall.toPlainTime().toString({ smallestUnit: 'minute' });
}
