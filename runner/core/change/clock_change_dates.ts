/**
 * Works out what a DAG does on a date on which the clocks change: when it is due, and at which instants its wall clock
 * edges lie.
 */

import type { Dag, WallTime } from '../dag/dag.ts';
import {
  type ClockChange,
  type ResolvedWallTime,
  resolveOccurrence,
  scheduledWallTimes,
} from '../time/clock_change.ts';
import { type ClosedDate, closedDateOf } from '../time/closed_dates.ts';
import { instantsOnDate, scheduleOf } from '../time/schedule.ts';

export interface ClockChangeEdge extends ResolvedWallTime {
  readonly taskId: string;
  readonly key: 'not_before' | 'deadline';
  /** The time from the DAG's first due instant on the edge's business date to the edge, in ms. */
  readonly afterDueMs: number;
  /** The same distance on a date on which no clock changes, in ms. */
  readonly usuallyAfterDueMs: number;
}

export interface ClockChangeDate {
  /** The due times of cron expressions with fixed hours. */
  readonly due: readonly ResolvedWallTime[];
  /**
   * The number of due instants of expressions whose hour has `*` or a step, on this date and on other dates; null if
   * there is no such expression.
   */
  readonly everyHour: { readonly count: number; readonly usualCount: number } | null;
  readonly edges: readonly ClockChangeEdge[];
  /** The date as one that the calendar of the DAG closes; null if it is open. */
  readonly closed: ClosedDate | null;
}

/**
 * Returns the due times and edges of a DAG on the date of a clock change. An edge is included if its wall time lies on
 * that date, whatever its business date.
 */
export function clockChangeDate(dag: Dag, { date }: Pick<ClockChange, 'date'>): ClockChangeDate {
  const schedule = scheduleOf(dag);
  const everyHourCrons = schedule.crons.filter(({ hourRule }) => hourRule === 'every_real_hour');
  const everyHour = { ...schedule, crons: everyHourCrons };
  return {
    due: scheduledWallTimes(schedule, date),
    closed: closedDateOf(schedule, date),
    everyHour:
      everyHourCrons.length === 0
        ? null
        : {
            count: instantsOnDate(everyHour, date).length,
            usualCount: instantsOnDate({ ...everyHour, timezone: 'UTC' }, date).length,
          },
    edges: dag.tasks.flatMap(({ taskId, notBefore, deadline }) =>
      [
        { taskId, key: 'not_before' as const, wallTime: notBefore },
        { taskId, key: 'deadline' as const, wallTime: deadline },
      ].flatMap((edge) => clockChangeEdge(dag, date, edge)),
    ),
  };
}

function clockChangeEdge(
  dag: Dag,
  date: Temporal.PlainDate,
  edge: {
    readonly taskId: string;
    readonly key: 'not_before' | 'deadline';
    readonly wallTime: WallTime | null;
  },
): readonly ClockChangeEdge[] {
  const { taskId, key, wallTime } = edge;
  if (wallTime === null) return [];
  const businessDate = date.subtract({ days: wallTime.plusDays });
  const schedule = scheduleOf(dag);
  const [due] = instantsOnDate(schedule, businessDate);
  // UTC has no clock changes, so the distance of the two wall times there is the usual one.
  const [usuallyDue] = instantsOnDate({ ...schedule, timezone: 'UTC' }, businessDate);
  if (due === undefined || usuallyDue === undefined) return [];
  const wall = date.toPlainDateTime(wallTime.time);
  const resolved = resolveOccurrence(wall, dag.timezone);
  return [
    {
      ...resolved,
      taskId,
      key,
      afterDueMs: resolved.at.epochMilliseconds - due.epochMilliseconds,
      usuallyAfterDueMs:
        wall.toZonedDateTime('UTC').toInstant().epochMilliseconds - usuallyDue.epochMilliseconds,
    },
  ];
}
