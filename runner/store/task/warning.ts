/**
 * Reads the warnings of runs: sentences that tasks recorded for the operator without failing, and the failures that a run was
 * allowed to succeed with.
 */
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
 * Returns the warnings of these runs in the order in which they were first recorded, and then the failed tasks of those that
 * succeeded all the same. Only the newest attempt of each instance counts, and a sentence that it repeats over its
 * deferrals counts once.
 */
export async function warningsOfRuns(
  db: Queryable,
  runIds: readonly number[],
): Promise<readonly TaskWarning[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.query<TaskWarning>(
    `(select e.run_id as "runId", e.task_id as "taskId", t.map_index as "mapIndex", e.reason as sentence,
            (array_agg(e.after -> 'remedy' order by e.event_id desc))[1] as remedy
       from stockflow.event e
       join stockflow.task_instance t
         on t.run_id = e.run_id and t.task_id = e.task_id and t.map_index = e.map_index
        and t.attempt_number = (e.after ->> 'attempt')::integer
      where e.run_id = any($1::bigint[]) and e.action = $2
      group by e.run_id, e.task_id, t.map_index, e.reason
      order by min(e.event_id))
      union all
     (select t.run_id, t.task_id, t.map_index,
             'it failed, which this task may (allow_failure): ' || coalesce(t.error_text, 'for no known reason'), t.remedy
        from stockflow.task_instance t
        join stockflow.dag_run r on r.run_id = t.run_id
       where t.run_id = any($1::bigint[]) and r.state = 'success' and t.state = 'failed' and t.removed_at is null
       order by t.finished_at, t.task_instance_id)`,
    [runIds, WARNED],
  );
  return rows.map((row) => ({ ...row, remedy: readTaskRemedy(row.remedy) }));
}
