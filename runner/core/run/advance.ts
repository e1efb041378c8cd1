/**
 * Decides which tasks of a run may start, must wait for an instant, or will never run, from counts of instance states
 * and without I/O.
 */

import type { Task } from '../dag/dag.ts';
import { resolveWallTime } from '../time/wall_time.ts';
import type { TaskState } from './states.ts';
import { decide } from './trigger_rule.ts';

/** The number of a task's instances in each state, and the latest success among them. */
export interface TaskStateCounts {
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
  readonly latestSuccessAt: Temporal.Instant | null;
}

/** The facts by which a run's wall times become instants, and whether the run waits for them. */
export interface RunClock {
  readonly businessDate: Temporal.PlainDate;
  /** IANA name. */
  readonly timezone: string;
  readonly timeEdges: 'keep' | 'collapse';
}

export type NextStep =
  | { readonly to: 'queued'; readonly plannedAt: Temporal.Instant | null }
  | { readonly to: 'deferred'; readonly plannedAt: Temporal.Instant }
  | { readonly to: 'skipped' | 'upstream_failed' };

/**
 * Decides a task whose instances are all still in `none`; returns null while its trigger rule is undecided.
 * @param upstream the state counts of the task's direct upstreams, by task_id
 * @param now the present instant by the database's clock
 */
export function nextStep(
  task: Task,
  upstream: ReadonlyMap<string, TaskStateCounts>,
  clock: RunClock,
  now: Temporal.Instant,
): NextStep | null {
  const decision = decide(task.triggerRule, upstreamCounts(task, upstream));
  if (decision === 'wait') return null;
  if (decision === 'skip') return { to: 'skipped' };
  if (decision === 'upstream_failed') return { to: 'upstream_failed' };
  const plannedAt = plannedInstant(task, upstream, clock);
  if (plannedAt === null || clock.timeEdges === 'collapse' || Temporal.Instant.compare(plannedAt, now) <= 0) {
    return { to: 'queued', plannedAt };
  }
  return { to: 'deferred', plannedAt };
}

/**
 * Returns the earliest start by the task's time edges, as far as known: `not_before`, and for each delayed dependency
 * its latest success plus the delay. Returns null for a task without time edges.
 */
export function plannedInstant(
  task: Task,
  upstream: ReadonlyMap<string, TaskStateCounts>,
  clock: RunClock,
): Temporal.Instant | null {
  const instants: Temporal.Instant[] = [];
  if (task.notBefore !== null)
    instants.push(resolveWallTime(clock.businessDate, task.notBefore, clock.timezone));
  for (const { taskId, delayMs } of task.dependsOn) {
    const succeededAt = upstream.get(taskId)?.latestSuccessAt ?? null;
    if (delayMs > 0 && succeededAt !== null) instants.push(succeededAt.add({ milliseconds: delayMs }));
  }
  return instants.length === 0
    ? null
    : instants.reduce((a, b) => (Temporal.Instant.compare(a, b) >= 0 ? a : b));
}

function upstreamCounts(task: Task, upstream: ReadonlyMap<string, TaskStateCounts>) {
  const counts = {
    total: 0,
    success: 0,
    failed: 0,
    upstream_failed: 0,
    skipped: 0,
    cancelled: 0,
    unfinished: 0,
  };
  for (const { taskId } of task.dependsOn) {
    for (const [state, count] of Object.entries(upstream.get(taskId)?.counts ?? {})) {
      counts.total += count;
      if (state in counts) counts[state as keyof typeof counts] += count;
      else counts.unfinished += count;
    }
  }
  return counts;
}
