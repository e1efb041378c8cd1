/** When a DAG is due next, and the closed dates between. */
import { closedAs } from '../../core/calendar/calendar.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { scheduledWallTimes } from '../../core/time/clock_change.ts';
import { type ClosedDate, closedBetween, closedWords } from '../../core/time/closed_dates.ts';
import { instantsAfter, type Schedule, scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { Column } from '../listing.ts';
import { resolvedWords } from '../plan/words.ts';
import { inZone } from '../time_text.ts';

/** A run that is due, or a date on which none is because the calendar closes it. */
export interface NextRow {
  readonly businessDate: Temporal.PlainDate;
  /** The instant of the run; null for a closed date. */
  readonly scheduledFor: Temporal.Instant | null;
  /** Null for a run. */
  readonly closed: ClosedDate | null;
  /** A sentence on what is unusual about the row; null for nothing. */
  readonly note: string | null;
}

/** Returns the next `count` runs after `after`, with the closed dates up to the last of them, by date. */
export function nextRows(
  dag: Dag,
  { after, count }: { readonly after: Temporal.Instant; readonly count: number },
): readonly NextRow[] {
  const schedule = scheduleOf(dag);
  const instants = [...instantsAfter(schedule, after).take(count)];
  const until = instants.at(-1);
  const closed = until === undefined ? [] : closedBetween(schedule, { after, until });
  const rows = [
    ...instants.map((scheduledFor) => ({ at: scheduledFor, row: runRow(dag, schedule, scheduledFor) })),
    ...closed.map((date) => ({ at: date.at, row: closedRow(date) })),
  ];
  return rows.toSorted((a, b) => Temporal.Instant.compare(a.at, b.at)).map(({ row }) => row);
}

function runRow(dag: Dag, schedule: Schedule, scheduledFor: Temporal.Instant): NextRow {
  const businessDate = businessDateOf(scheduledFor, dag.timezone);
  const name = dag.onClosed === 'run' && dag.calendar !== null ? closedAs(dag.calendar, businessDate) : null;
  const notes = [
    ...noteOn(scheduledFor, schedule),
    ...(name === null ? [] : [`closed: ${name}; it runs all the same`]),
  ];
  return { businessDate, scheduledFor, closed: null, note: notes.length === 0 ? null : notes.join('; ') };
}

function closedRow(closed: ClosedDate): NextRow {
  return { businessDate: closed.date, scheduledFor: null, closed, note: closedWords(closed) };
}

/**
 * Returns the columns of the rows.
 *
 * @param timezone the zone of the DAG
 * @param localZone the zone of the person who reads, beside that of the DAG
 */
export function nextColumns(timezone: string, localZone: string): readonly Column<NextRow>[] {
  return [
    { key: 'business_date', value: ({ businessDate }) => businessDate },
    {
      key: 'scheduled_for',
      title: `in ${timezone}`,
      value: ({ scheduledFor }) => scheduledFor,
      text: ({ scheduledFor }) => (scheduledFor === null ? '-' : inZone(scheduledFor, timezone)),
    },
    {
      key: 'dag_time',
      value: ({ scheduledFor }) => scheduledFor && zonedText(scheduledFor, timezone),
      dataOnly: true,
    },
    {
      key: 'local_time',
      title: `in ${localZone}, your zone`,
      dataOnly: localZone === timezone,
      value: ({ scheduledFor }) => scheduledFor && zonedText(scheduledFor, localZone),
      text: ({ scheduledFor }) => (scheduledFor === null ? '-' : inZone(scheduledFor, localZone)),
    },
    { key: 'closed', value: ({ closed }) => closed?.name ?? null, dataOnly: true },
    { key: 'moved_to', value: ({ closed }) => closed?.movedTo ?? null, dataOnly: true },
    { key: 'note', value: ({ note }) => note, text: ({ note }) => note ?? '' },
  ];
}

/** Returns the words for an instant that stands for a wall time which the clocks skip or repeat; else none. */
function noteOn(instant: Temporal.Instant, schedule: Schedule): readonly string[] {
  const date = businessDateOf(instant, schedule.timezone);
  const resolved = scheduledWallTimes(schedule, date).find(
    ({ at, occurrence }) => at.equals(instant) && occurrence !== 'once',
  );
  return resolved === undefined ? [] : [resolvedWords(resolved, schedule.timezone, 'runs')];
}

/** `2026-03-08T03:30:00-04:00[America/New_York]` */
function zonedText(instant: Temporal.Instant, timezone: string): string {
  return instant.toZonedDateTimeISO(timezone).toString();
}
