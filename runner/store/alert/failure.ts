/** Reads why a run failed, and how far it came, for its alert. */
import { readTaskRemedy, type TaskRemedy } from '../../core/value/task_remedy.ts';
import type { Queryable } from '../queryable.ts';

export interface RunFailure {
  /** The first task that failed or was cancelled; null if none was. */
  readonly taskId: string | null;
  /** Whether it was cancelled; it then has no error of its own. */
  readonly isCancelled: boolean;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly errorOrigin: string | null;
  readonly remedy: TaskRemedy | null;
  readonly failedCount: number;
  readonly tasksDone: number;
  readonly taskCount: number;
  readonly filesPublished: number;
  /** The last person who marked or cancelled a task of the run; null if nobody did. */
  readonly actor: string | null;
}

/** @param allowedToFail the tasks whose failure does not fail the run */
export async function failureOfRun(
  db: Queryable,
  runId: number,
  allowedToFail: readonly string[],
): Promise<RunFailure> {
  const { rows } = await db.query<RunFailure>(
    `with instance as (
       select task_instance_id, task_id, state, error_class, error_text, error_origin, remedy, finished_at
         from stockflow.task_instance where run_id = $1 and removed_at is null
     ), failed as (
       select * from instance where state in ('failed', 'cancelled') and task_id <> all($2)
     ), total as (
       select count(*) filter (where state in ('success', 'skipped'))::integer as tasks_done,
              count(*)::integer as task_count
         from instance
     )
     select first.task_id as "taskId", coalesce(first.state = 'cancelled', false) as "isCancelled",
            first.error_class as "errorClass", first.error_text as "errorText",
            first.error_origin as "errorOrigin", first.remedy, (select count(*)::integer from failed) as "failedCount",
            total.tasks_done as "tasksDone", total.task_count as "taskCount",
            (select count(*)::integer from stockflow.file join instance using (task_instance_id)
              where direction = 'published') as "filesPublished",
            (select actor from stockflow.event
              where run_id = $1 and action in ('task.marked', 'task.cancelled')
              order by event_id desc limit 1) as actor
       from total left join lateral (
         -- A task that a cancel stopped is told of only where nothing failed by itself.
         select * from failed order by state = 'cancelled', finished_at, task_instance_id limit 1
       ) as first on true`,
    [runId, allowedToFail],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`the tasks of run ${runId} cannot be counted`);
  return { ...row, remedy: readTaskRemedy(row.remedy) };
}
