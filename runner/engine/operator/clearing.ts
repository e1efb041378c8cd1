import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import { plannedInstant } from '../../core/run/advance.ts';
import type { DagRun } from '../../store/run/dag_run.ts';

/** The states of instances that failed, were cancelled, or never ran because of that. */
export const NOT_SUCCEEDED: readonly string[] = ['failed', 'upstream_failed', 'cancelled'];

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
