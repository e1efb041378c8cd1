/** What a DAG does on the nights when the clocks change: when it is due, and where its wall clock edges lie. */

import type { Dag, WallTime } from '../dag/dag.ts';
import {
  type ClockChange,
  type ResolvedWallTime,
  resolveOccurrence,
  scheduledWallTimes,
} from '../time/clock_change.ts';
import { instantsOnDate, scheduleOf } from '../time/schedule.ts';

export interface ClockChangeEdge extends ResolvedWallTime {
  readonly taskId: string;
  readonly key: 'not_before' | 'deadline';
  /** From the first instant at which the DAG is due on the business date of the edge. */
  readonly afterDueMs: number;
  /** The same on a date on which no clock changes. */
  readonly usuallyAfterDueMs: number;
}

export interface ClockChangeDate {
  /** Wall times of fixed hours. */
  readonly due: readonly ResolvedWallTime[];
  /** Instants of hours with `*` or a step, beside the fixed ones; and how many they are on other days. */
  readonly everyHour: { readonly count: number; readonly usualCount: number } | null;
  readonly edges: readonly ClockChangeEdge[];
}

/** The edges are those whose wall time lies on the date of the change, whichever business date they belong to. */
export function clockChangeDate(dag: Dag, { date }: Pick<ClockChange, 'date'>): ClockChangeDate {
  const schedule = scheduleOf(dag);
  const everyHourCrons = schedule.crons.filter(({ hourRule }) => hourRule === 'every_real_hour');
  const everyHour = { ...schedule, crons: everyHourCrons };
  return {
    due: scheduledWallTimes(schedule, date),
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
  // In UTC no clock ever changes: what lies between two wall times there is the usual distance.
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
