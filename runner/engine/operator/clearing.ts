import { downstreamOf } from '../../core/dag/graph.ts';
import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import { plannedInstant } from '../../core/run/advance.ts';
import type { DagRun } from '../../store/run/dag_run.ts';

/** The states of instances that failed, were cancelled, or never ran because of that. */
export const NOT_SUCCEEDED: readonly string[] = ['failed', 'upstream_failed', 'cancelled'];

export interface ClearedTasks {
  /** The task to clear; null for every task. */
  readonly taskId: string | null;
  /** Clears only tasks that failed, were cancelled, or never ran because of that. */
  readonly onlyFailed: boolean;
  /** Also clears everything that depends on the task, directly or not. */
  readonly downstream: boolean;
}

/** Returns the ids of the tasks to look at; `onlyFailed` narrows their instances. */
export function taskIdsToClear({ dag }: DagIndex, { taskId, downstream }: ClearedTasks): readonly string[] {
  if (taskId === null) return dag.tasks.map((task) => task.taskId);
  return downstream ? [taskId, ...downstreamOf(dag.tasks, taskId, 'transitive')] : [taskId];
}

/** Returns the tasks and states to clear, with the recomputed wall clock edges of each task. */
export function clearingOf(
  { run, index }: { readonly run: DagRun; readonly index: DagIndex },
  taskIds: readonly string[],
  states: readonly string[] | null,
) {
  const clock = { businessDate: run.businessDate, timezone: index.dag.timezone, timeEdges: run.timeEdges };
  const plannedAt = taskIds.map((taskId) => plannedInstant(taskOf(index, taskId), new Map(), clock));
  return { taskIds, states, plannedAt };
}
