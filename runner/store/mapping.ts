import type { Json } from '../core/value/json.ts';
import type { Queryable } from './queryable.ts';

/**
 * SQL condition of the instances that take part in matching. An instance that was removed before it was decided has
 * done nothing, so a returning element gets a new one.
 */
const IS_MATCHED = "not (removed_at is not null and state = 'skipped')";

/**
 * Gives a mapped task one instance for each element of its list. Elements are matched to instances by value, equal ones
 * in their order, so an instance keeps its element, state and attempts. New elements get new, undecided instances. An
 * instance whose element is gone is marked as removed; if it had been decided, it is restored when its element returns.
 */
export async function expandInstances(
  db: Queryable,
  at: { readonly runId: number; readonly taskId: string },
  items: readonly Json[],
): Promise<void> {
  const values = [at.runId, at.taskId, JSON.stringify(items)];
  // On a run's first expansion there is one instance, which stands for all.
  await db.query(
    `update stockflow.task_instance set map_index = 0, map_item = $3::jsonb -> 0
      where run_id = $1 and task_id = $2 and map_index = -1`,
    values,
  );
  await db.query(
    `with item as (
       select item, position::integer - 1 as position, row_number() over (partition by item order by position) as occurrence
         from jsonb_array_elements($3::jsonb) with ordinality as listed(item, position)
     ), instance as (
       select task_instance_id, map_index, map_item, row_number() over (partition by map_item order by map_index) as occurrence
         from stockflow.task_instance
        where run_id = $1 and task_id = $2 and ${IS_MATCHED}
     ), matched as (
       update stockflow.task_instance t
          set map_position = item.position, removed_at = null
         from instance
         join item on item.item = instance.map_item and item.occurrence = instance.occurrence
        where t.task_instance_id = instance.task_instance_id
     ), added as (
       select item.item, item.position, (select max(map_index) from stockflow.task_instance where run_id = $1 and task_id = $2)
              + row_number() over (order by item.position) as map_index
         from item
        where not exists (
          select from instance where instance.map_item = item.item and instance.occurrence = item.occurrence)
     )
     insert into stockflow.task_instance
       (run_id, task_id, map_index, map_item, map_position, planned_at, deadline_at, execution_timeout, pool, pool_slots, priority)
     select t.run_id, t.task_id, added.map_index, added.item, added.position, t.planned_at, t.deadline_at, t.execution_timeout,
            t.pool, t.pool_slots, t.priority
       from added
       join stockflow.task_instance t on t.run_id = $1 and t.task_id = $2 and t.map_index = 0`,
    values,
  );
  await removeInstances(db, values);
}

/** Marks as removed the instances that match no element of the list; undecided ones end skipped. */
async function removeInstances(db: Queryable, values: readonly unknown[]): Promise<void> {
  await db.query(
    `with item as (
       select item, row_number() over (partition by item) as occurrence from jsonb_array_elements($3::jsonb) as listed(item)
     ), instance as (
       select task_instance_id, map_item, row_number() over (partition by map_item order by map_index) as occurrence
         from stockflow.task_instance
        where run_id = $1 and task_id = $2 and ${IS_MATCHED}
     )
     update stockflow.task_instance t
        set removed_at = now(), map_position = null,
            state = case when t.state = 'none' then 'skipped' else t.state end,
            finished_at = case when t.state = 'none' then now() else t.finished_at end,
            error_class = case when t.state = 'none' then 'Removed' else t.error_class end,
            error_text = case when t.state = 'none' then 'the list no longer has its element' else t.error_text end
       from instance
      where t.task_instance_id = instance.task_instance_id and t.removed_at is null
        and not exists (
          select from item where item.item = instance.map_item and item.occurrence = instance.occurrence)`,
    [...values],
  );
}

/**
 * Marks as removed the decided instances of a task whose list is now empty. The undecided ones stay and stand for the
 * task, which is skipped.
 */
export async function removeDecided(
  db: Queryable,
  at: { readonly runId: number; readonly taskId: string },
): Promise<void> {
  await db.query(
    `update stockflow.task_instance set removed_at = now(), map_position = null
      where run_id = $1 and task_id = $2 and map_index >= 0 and removed_at is null and state <> 'none'`,
    [at.runId, at.taskId],
  );
}

/** Fails the undecided instances of a task whose list could not be computed. */
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
