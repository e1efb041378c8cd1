/** Estimates when the tasks of a run start and end, from their usual durations. */

import type { Dag } from '../dag/dag.ts';
import { topologicalOrder } from '../dag/graph.ts';
import { resolveWallTime } from '../time/wall_time.ts';

/** The 95th percentile of a task's past durations. */
export interface UsualDuration {
  readonly p95Ms: number;
  /** The number of past runs that it was computed from. */
  readonly runs: number;
}

export interface ExpectedTask {
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
}

export interface ExpectedRun {
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
}

/** A deadline of a task on a date on which the task is expected to end later. */
export interface MissedDate {
  readonly businessDate: Temporal.PlainDate;
  readonly deadlineAt: Temporal.Instant;
  readonly expectedAt: Temporal.Instant;
}

/**
 * Returns the expected start and end of each task. A task starts as soon as its edges allow; one that never ran is
 * assumed to take no time.
 */
export function expectedTimes(
  dag: Dag,
  { businessDate, scheduledFor }: ExpectedRun,
  usual: ReadonlyMap<string, UsualDuration>,
): ReadonlyMap<string, ExpectedTask> {
  const expected = new Map<string, ExpectedTask>();
  for (const { taskId, dependsOn, notBefore } of topologicalOrder(dag.tasks)) {
    const bounds = dependsOn.flatMap((edge) => {
      const endsAt = expected.get(edge.taskId)?.endsAt;
      return endsAt === undefined ? [] : [endsAt.add({ milliseconds: edge.delayMs })];
    });
    if (notBefore !== null) bounds.push(resolveWallTime(businessDate, notBefore, dag.timezone));
    const startsAt = bounds.reduce((a, b) => (Temporal.Instant.compare(a, b) >= 0 ? a : b), scheduledFor);
    const tookMs = Math.round(usual.get(taskId)?.p95Ms ?? 0);
    expected.set(taskId, { startsAt, endsAt: startsAt.add({ milliseconds: tookMs }) });
  }
  return expected;
}

/**
 * Returns the runs in which a task is expected to end after its deadline, by task_id. Tasks without such a run are left
 * out.
 */
export function missedDeadlines(
  dag: Dag,
  runs: readonly ExpectedRun[],
  usual: ReadonlyMap<string, UsualDuration>,
): ReadonlyMap<string, readonly MissedDate[]> {
  const missed = new Map<string, MissedDate[]>();
  const bound = dag.tasks.flatMap(({ taskId, deadline }) =>
    deadline === null ? [] : [{ taskId, deadline }],
  );
  if (bound.length === 0 || usual.size === 0) return missed;
  for (const run of runs) {
    const expected = expectedTimes(dag, run, usual);
    for (const { taskId, deadline } of bound) {
      const deadlineAt = resolveWallTime(run.businessDate, deadline, dag.timezone);
      const expectedAt = expected.get(taskId)?.endsAt;
      if (expectedAt === undefined || Temporal.Instant.compare(expectedAt, deadlineAt) <= 0) continue;
      const dates = missed.get(taskId) ?? [];
      dates.push({ businessDate: run.businessDate, deadlineAt, expectedAt });
      missed.set(taskId, dates);
    }
  }
  return missed;
}
