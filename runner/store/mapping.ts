import type { Json } from '../core/json.ts';
import type { Queryable } from './queryable.ts';

/**
 * Gives a mapped task one undecided instance for each element of its list. Instances of an earlier expansion are kept
 * with their attempts; those beyond the list are skipped.
 */
export async function expandInstances(
  db: Queryable,
  at: { readonly runId: number; readonly taskId: string },
  items: readonly Json[],
): Promise<void> {
  const key = [at.runId, at.taskId];
  await db.query(
    'update stockflow.task_instance set map_index = 0 where run_id = $1 and task_id = $2 and map_index = -1',
    key,
  );
  await db.query(
    `insert into stockflow.task_instance
       (run_id, task_id, map_index, map_item, planned_at, deadline_at, execution_timeout, pool, pool_slots, priority)
     select t.run_id, t.task_id, i.position - 1, i.item, t.planned_at, t.deadline_at, t.execution_timeout,
            t.pool, t.pool_slots, t.priority
       from stockflow.task_instance t
       cross join jsonb_array_elements($3::jsonb) with ordinality as i(item, position)
      where t.run_id = $1 and t.task_id = $2 and t.map_index = 0
     on conflict (run_id, task_id, map_index) do update set map_item = excluded.map_item
      where task_instance.state = 'none'`,
    [...key, JSON.stringify(items)],
  );
  await db.query(
    `update stockflow.task_instance
        set state = 'skipped', finished_at = now(), error_class = 'SkipTask',
            error_text = 'the list has only ' || $3::integer || ' elements'
      where run_id = $1 and task_id = $2 and map_index >= $3::integer and state = 'none'`,
    [...key, items.length],
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
