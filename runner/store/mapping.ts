import type { Queryable } from './queryable.ts';

/**
 * Gives a mapped task one undecided instance for each element of its list. Instances of an earlier expansion are kept
 * with their attempts; those beyond the list are skipped.
 */
export async function expandInstances(
  db: Queryable,
  at: { readonly runId: number; readonly taskId: string; readonly count: number },
): Promise<void> {
  const key = [at.runId, at.taskId];
  await db.query(
    `update stockflow.task_instance set map_index = 0 where run_id = $1 and task_id = $2 and map_index = -1`,
    key,
  );
  await db.query(
    `insert into stockflow.task_instance
       (run_id, task_id, map_index, planned_at, deadline_at, execution_timeout, pool, pool_slots, priority)
     select t.run_id, t.task_id, i.map_index, t.planned_at, t.deadline_at, t.execution_timeout, t.pool, t.pool_slots, t.priority
       from stockflow.task_instance t cross join generate_series(1, $3 - 1) as i(map_index)
      where t.run_id = $1 and t.task_id = $2 and t.map_index = 0
     on conflict (run_id, task_id, map_index) do nothing`,
    [...key, at.count],
  );
  await db.query(
    `update stockflow.task_instance
        set state = 'skipped', finished_at = now(), error_class = 'SkipTask',
            error_text = 'the list has only ' || $3 || ' elements'
      where run_id = $1 and task_id = $2 and map_index >= $3 and state = 'none'`,
    [...key, at.count],
  );
}

/** Fails the undecided instances of a task whose list could not be made. */
export async function failUndecided(
  db: Queryable,
  at: { readonly runId: number; readonly taskId: string },
  error: { readonly errorClass: string; readonly errorText: string },
): Promise<void> {
  await db.query(
    `update stockflow.task_instance set state = 'failed', finished_at = now(), error_class = $3, error_text = $4
      where run_id = $1 and task_id = $2 and state = 'none'`,
    [at.runId, at.taskId, error.errorClass, error.errorText],
  );
}
