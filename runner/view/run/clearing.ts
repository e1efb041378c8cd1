/** The instances of a run that run again when it is cleared, worked out before a person decides. */
import type { DagIndex } from '../../core/dag/index.ts';
import { type ClearedTasks, NOT_SUCCEEDED, taskIdsToClear } from '../../engine/operator/clearing.ts';
import type { Dependent } from '../../engine/other_dags/dependents.ts';
import type { TaskInstance } from '../../store/task/instance.ts';

/** @param index of the DAG version that the run began with */
export function instancesToClear(
  index: DagIndex,
  instances: readonly TaskInstance[],
  cleared: ClearedTasks,
): readonly TaskInstance[] {
  const taskIds = new Set(taskIdsToClear(index, cleared));
  return instances.filter(
    ({ taskId, state, removedAt }) =>
      taskIds.has(taskId) &&
      removedAt === null &&
      (cleared.onlyFailed ? NOT_SUCCEEDED.includes(state) : state !== 'none'),
  );
}

/** `run 45 of store_report (2026-11-27)` */
export function dependentsText(dependents: readonly Dependent[]): string {
  return dependents
    .map(({ runId, dagId, businessDate }) => `run ${runId} of ${dagId} (${businessDate})`)
    .join(', ');
}

/** Returns a retry of a task: the task itself and what was given up or cancelled after it. */
export function retryOf(taskId: string): ClearedTasks {
  return { taskId, onlyFailed: true, downstream: true };
}
