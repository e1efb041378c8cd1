import type { TaskContext } from '../../runner/task.ts';

/** Returns the key of a task instance: the same for all its attempts, and different in each run. */
export function instanceKey({ run, attempt }: Pick<TaskContext<unknown>, 'run' | 'attempt'>): string {
  const index = attempt.mapIndex < 0 ? '' : `[${attempt.mapIndex}]`;
  return `${run.dagId}/${run.scheduledFor}/${run.runId}/${attempt.taskId}${index}`;
}
