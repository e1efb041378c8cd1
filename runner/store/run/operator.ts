/**
 * Writes the changes to a run that only a person may request. Each needs the run's lock, and its caller records it as
 * an event.
 */

import type { Queryable } from '../queryable.ts';
import { HOLD_SLOTS } from '../worker/held_slot.ts';

/** Allows this transaction to make the changes that only a person may request. */
export async function actAsOperator(db: Queryable): Promise<void> {
  await db.query(`set local stockflow.operator = 'on'`);
}

export interface ChangedInstance {
  readonly taskInstanceId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly before: string;
}

const CLOSE_ATTEMPTS = `
  update stockflow.task_attempt a
     set state = 'cancelled', finished_at = now(), error_class = 'Cancelled', error_text = 'cancelled before its end', remedy = null
    from changed c
   where a.task_instance_id = c.task_instance_id and a.attempt_number = c.attempt_number
     and a.state in ('running', 'deferred')`;

const RETURNED = `select task_instance_id as "taskInstanceId", task_id as "taskId", map_index as "mapIndex", before
                    from changed order by task_instance_id`;

/** Cancels the unfinished instances of a run, or of one of its tasks. */
export async function cancelInstances(
  db: Queryable,
  runId: number,
  taskId: string | null,
): Promise<readonly ChangedInstance[]> {
  const { rows } = await db.query<ChangedInstance>(
    `with before as (
       select task_instance_id, state, attempt_token, pool, pool_slots, worker_id from stockflow.task_instance
        where run_id = $1 and ($2::text is null or task_id = $2)
          and state in ('none', 'deferred', 'queued', 'running', 'up_for_retry')
        order by task_instance_id for no key update
     ), changed as (
       update stockflow.task_instance t
          set state = 'cancelled', finished_at = now(), worker_id = null, timeout_at = null, wake_at = null, wake_reason = null, awaits = null,
              attempt_token = t.attempt_token + 1
         from before b where t.task_instance_id = b.task_instance_id
       returning t.task_instance_id, t.task_id, t.map_index, t.attempt_number, b.state as before
     ), attempts as (${CLOSE_ATTEMPTS}), ${HOLD_SLOTS}
     ${RETURNED}`,
    [runId, taskId],
  );
  return rows;
}

/**
 * Makes finished or waiting instances undecided again, with all retries; their attempts stay. A running one is stopped.
 * @param states only instances in one of these states; null for all that have left `none`
 */
export async function clearInstances(
  db: Queryable,
  runId: number,
  which: {
    readonly taskIds: readonly string[];
    readonly states: readonly string[] | null;
    /** The instants of the wall clock edges, in the order of `taskIds`; delays are computed anew. */
    readonly plannedAt: readonly (Temporal.Instant | null)[];
  },
): Promise<readonly ChangedInstance[]> {
  const { rows } = await db.query<ChangedInstance>(
    `with which as (
       select * from unnest($2::text[], $3::timestamptz[]) as w(task_id, planned_at)
     ), before as (
       select t.task_instance_id, t.state, w.planned_at, t.attempt_token, t.pool, t.pool_slots, t.worker_id
         from stockflow.task_instance t join which w using (task_id)
        where t.run_id = $1 and t.state <> 'none' and t.removed_at is null and ($4::text[] is null or t.state = any($4))
        order by t.task_instance_id for no key update of t
     ), changed as (
       update stockflow.task_instance t
          set state = 'none', planned_at = b.planned_at, deadline_missed_at = null, queued_at = null, started_at = null,
              finished_at = null, timeout_at = null, worker_id = null, wake_at = null, wake_reason = null, awaits = null,
              failure_count = 0, crash_count = 0, lone_crash_count = 0, output = null, error_class = null, error_text = null, remedy = null,
              error_origin = null,
              attempt_token = t.attempt_token + 1
         from before b where t.task_instance_id = b.task_instance_id
       returning t.task_instance_id, t.task_id, t.map_index, t.attempt_number, b.state as before
     ), attempts as (${CLOSE_ATTEMPTS}), ${HOLD_SLOTS}
     ${RETURNED}`,
    [runId, which.taskIds, which.plannedAt.map((instant) => instant?.toString() ?? null), which.states],
  );
  return rows;
}

/** Sets a task's instances to a final state by hand. */
export async function markInstances(
  db: Queryable,
  runId: number,
  mark: {
    readonly taskId: string;
    readonly state: 'success' | 'failed' | 'skipped';
    readonly reason: string;
  },
): Promise<readonly ChangedInstance[]> {
  const { rows } = await db.query<ChangedInstance>(
    `with before as (
       select task_instance_id, state, attempt_token, pool, pool_slots, worker_id from stockflow.task_instance
        where run_id = $1 and task_id = $2 and state <> $3
        order by task_instance_id for no key update
     ), changed as (
       update stockflow.task_instance t
          set state = $3, finished_at = now(), worker_id = null, timeout_at = null, wake_at = null, wake_reason = null, awaits = null,
              output = null, attempt_token = t.attempt_token + 1, error_class = 'Marked', error_text = $4, remedy = null,
              error_origin = null
         from before b where t.task_instance_id = b.task_instance_id
       returning t.task_instance_id, t.task_id, t.map_index, t.attempt_number, b.state as before
     ), attempts as (${CLOSE_ATTEMPTS}), ${HOLD_SLOTS}
     ${RETURNED}`,
    [runId, mark.taskId, mark.state, mark.reason],
  );
  return rows;
}

/** Queues an ended run again. */
export async function reopenRun(db: Queryable, runId: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.dag_run set state = 'queued', finished_at = null, reopen_count = reopen_count + 1
      where run_id = $1 and state in ('success', 'failed', 'cancelled')`,
    [runId],
  );
  return rowCount === 1;
}
