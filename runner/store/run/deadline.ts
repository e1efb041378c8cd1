import type { Queryable } from '../queryable.ts';
import { HOLD_SLOTS } from '../worker/held_slot.ts';

export interface MissedDeadline {
  readonly taskInstanceId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly deadlineAt: Temporal.Instant;
  /** Why it still waits or is tried again; null for a task that has not begun, or is under way. */
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly errorOrigin: string | null;
}

/** Returns the running runs with unfinished tasks whose deadline has passed without being recorded. */
export async function runsPastDeadline(db: Queryable): Promise<readonly number[]> {
  const { rows } = await db.query<{ runId: number }>(
    `select distinct t.run_id as "runId"
       from stockflow.task_instance t join stockflow.dag_run r using (run_id)
      where t.deadline_at < now() and t.deadline_missed_at is null and r.state = 'running' and r.time_edges = 'keep'
        and t.state in ('none', 'deferred', 'queued', 'running', 'up_for_retry')`,
  );
  return rows.map(({ runId }) => runId);
}

export async function markDeadlinesMissed(db: Queryable, runId: number): Promise<readonly MissedDeadline[]> {
  const { rows } = await db.query<MissedDeadline>(
    `update stockflow.task_instance set deadline_missed_at = now()
      where run_id = $1 and deadline_at < now() and deadline_missed_at is null
        and state in ('none', 'deferred', 'queued', 'running', 'up_for_retry')
     returning task_instance_id as "taskInstanceId", task_id as "taskId", map_index as "mapIndex", deadline_at as "deadlineAt",
               error_class as "errorClass", error_text as "errorText", error_origin as "errorOrigin"`,
    [runId],
  );
  return rows;
}

/** Fails unfinished instances. The attempt of a running one is closed too, and its late result will be refused. */
export async function failWaiting(db: Queryable, missed: readonly MissedDeadline[]): Promise<void> {
  await db.query(
    `with before as (
       select task_instance_id, state, attempt_token, pool, pool_slots, worker_id from stockflow.task_instance
        where task_instance_id = any($1)
     ), ${HOLD_SLOTS}, failed as (
       update stockflow.task_instance
          set state = 'failed', finished_at = now(), worker_id = null, timeout_at = null, wake_at = null, wake_reason = null,
              awaits = null,
              attempt_token = attempt_token + 1,
              error_class = 'DeadlineMissed', remedy = null,
              error_text = 'not finished by its deadline, ' || deadline_at
                           || case when wake_reason = 'dag_edge' then ': it ' || error_text else '' end
        where task_instance_id = any($1) and state in ('none', 'deferred', 'queued', 'running', 'up_for_retry')
       returning task_instance_id, attempt_number, error_class, error_text
     )
     update stockflow.task_attempt a
        set state = 'failed', finished_at = now(), error_class = f.error_class, error_text = f.error_text, remedy = null
       from failed f
      where a.task_instance_id = f.task_instance_id and a.attempt_number = f.attempt_number
        and a.state in ('running', 'deferred')`,
    [missed.map(({ taskInstanceId }) => taskInstanceId)],
  );
}
