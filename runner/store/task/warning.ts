/** Reads the warnings of runs: sentences that tasks recorded for the operator without failing. */
import { readTaskRemedy, type TaskRemedy } from '../../core/value/task_remedy.ts';
import type { Queryable } from '../queryable.ts';

/** The action of a warning in the history. */
export const WARNED = 'task.warned';

export interface TaskWarning {
  readonly runId: number;
  readonly taskId: string;
  /** -1 for a task that is not mapped. */
  readonly mapIndex: number;
  readonly sentence: string;
  /** The action that the task proposed with the warning; null for none. */
  readonly remedy: TaskRemedy | null;
}

/**
 * Returns the warnings of these runs in the order in which they were first recorded. Only the newest attempt of each
 * instance counts, and a sentence that it repeats over its deferrals counts once.
 */
export async function warningsOfRuns(
  db: Queryable,
  runIds: readonly number[],
): Promise<readonly TaskWarning[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.query<TaskWarning>(
    `select e.run_id as "runId", e.task_id as "taskId", t.map_index as "mapIndex", e.reason as sentence,
            (array_agg(e.after -> 'remedy' order by e.event_id desc))[1] as remedy
       from stockflow.event e
       join stockflow.task_instance t
         on t.run_id = e.run_id and t.task_id = e.task_id and t.map_index = e.map_index
        and t.attempt_number = (e.after ->> 'attempt')::integer
      where e.run_id = any($1::bigint[]) and e.action = $2
      group by e.run_id, e.task_id, t.map_index, e.reason
      order by min(e.event_id)`,
    [runIds, WARNED],
  );
  return rows.map((row) => ({ ...row, remedy: readTaskRemedy(row.remedy) }));
}
