import type { DagRun } from '../../store/run/dag_run.ts';
import { NotFound } from '../errors.ts';

/** Returns the error for a task that a run does not have. @param known the tasks that it has */
export function unknownTask(
  { runId, dagId }: Pick<DagRun, 'runId' | 'dagId'>,
  taskId: string,
  known: readonly string[],
): NotFound {
  const sentence = `run ${runId} of ${dagId} has no task ${taskId}`;
  return new NotFound({ noun: 'task', name: taskId, known }, sentence);
}
