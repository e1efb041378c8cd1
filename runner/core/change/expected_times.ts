/** When the tasks of a run are expected to start and end, going by how long they usually take. */

import type { Dag } from '../dag/dag.ts';
import { topologicalOrder } from '../dag/graph.ts';
import { resolveWallTime } from '../time/wall_time.ts';

/** What 95 of 100 past runs of a task stayed within. */
export interface UsualDuration {
  readonly p95Ms: number;
  /** How many runs that was seen in. */
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

/** A task's deadline on a date on which the task is expected to end after it. */
export interface MissedDate {
  readonly businessDate: Temporal.PlainDate;
  readonly deadlineAt: Temporal.Instant;
  readonly expectedAt: Temporal.Instant;
}

/** A task that never ran is taken to need no time, and every task to start as soon as its edges let it. */
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

/** By task_id: the runs in which its deadline passes before it is expected to end. Tasks without such a run are left out. */
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
