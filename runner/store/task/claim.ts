import type { PoolClient } from 'pg';
import type { Queryable } from '../queryable.ts';
import { HELD_SLOTS } from '../worker/held_slot.ts';
import type { ClaimedTask } from './instance.ts';

/** The target of a wake-up job: the instance, and its fencing token when the job was written. */
export interface ClaimTarget {
  readonly taskInstanceId: number;
  readonly token: number;
}

/**
 * The common part of every claim. It claims the rows of the query `due` (task_instance_id, attempt_number), which are
 * locked; $1 is the worker. A deferred attempt continues its row; every other claim begins a new attempt.
 */
export const CLAIM_DUE = `claimed as (
       update stockflow.task_instance t
          set state = 'running', worker_id = $1, wake_at = null, wake_reason = null,
              attempt_number = due.attempt_number, started_at = coalesce(t.started_at, now()),
              timeout_at = now() + t.execution_timeout, error_class = null, error_text = null, remedy = null,
              error_origin = null
         from due
        where t.task_instance_id = due.task_instance_id
       returning t.*
     ), attempt as (
       insert into stockflow.task_attempt (task_instance_id, attempt_number, attempt_token, worker_id)
       select task_instance_id, attempt_number, attempt_token, $1 from claimed
       on conflict (task_instance_id, attempt_number) do update
          set attempt_token = excluded.attempt_token, worker_id = excluded.worker_id, state = 'running',
              look_count = task_attempt.look_count + 1, error_class = null, error_text = null, remedy = null
       returning task_instance_id, started_at
     )
     select c.task_instance_id as "taskInstanceId", c.run_id as "runId", r.dag_id as "dagId",
            r.dag_version_id as "dagVersionId", r.run_type as "runType", r.scheduled_for as "scheduledFor",
            r.business_date as "businessDate", r.time_edges as "timeEdges", r.params as "runParams", r.mode as "runMode",
            c.task_id as "taskId", c.map_index as "mapIndex", c.map_item as "mapItem", c.attempt_token as "attemptToken",
            c.pool, c.attempt_number as "attemptNumber", c.failure_count as "failureCount", c.crash_count as "crashCount", c.deadline_at as "deadlineAt",
            a.started_at as "attemptStartedAt", now() as "claimedAt"
       from claimed c
       join attempt a using (task_instance_id)
       join stockflow.dag_run r on r.run_id = c.run_id`;

/** Claims the target of a job if it is due; $4 says whether its pool has room for it. */
const CLAIM = {
  name: 'stockflow.claim',
  text: `with due as (
       select t.task_instance_id, t.attempt_number + case when a.state = 'deferred' then 0 else 1 end as attempt_number
         from stockflow.task_instance t
         left join stockflow.task_attempt a using (task_instance_id, attempt_number)
        where t.task_instance_id = $2 and t.attempt_token = $3 and (t.pool = 'default' or $4)
          and (t.state = 'queued' or (t.state in ('deferred', 'up_for_retry') and t.wake_at <= now() and t.wake_reason <> 'dag_edge'))
          -- A task whose worker has died runs in a process of its own. One whose worker has died again all the same, as where the
          -- host runs out of memory, a worker has one at a time, so that the one that did it is found.
          and (t.crash_count < 2 or not exists (
            select from stockflow.task_instance other
             where other.worker_id = $1 and other.state = 'running' and other.crash_count >= 2))
          for no key update of t
     ), ${CLAIM_DUE}`,
};

/**
 * Claims the instance for this worker if its token still matches, and opens its attempt; returns null if there is
 * nothing to do. It is one statement, so that no instance is ever running without an attempt. Instances of bounded
 * pools are not claimed: see `claimInPool`.
 */
export async function claim(
  db: Queryable,
  target: ClaimTarget,
  workerId: number,
): Promise<ClaimedTask | null> {
  const { rows } = await db.query<ClaimedTask>({
    ...CLAIM,
    values: [workerId, target.taskInstanceId, target.token, false],
  });
  return rows[0] ?? null;
}

/**
 * Claims an instance of a bounded pool if the pool has enough free slots. The pool's row is locked, so that no two
 * workers count the same slots as free.
 */
export async function claimInPool(
  tx: PoolClient,
  target: ClaimTarget,
  workerId: number,
): Promise<ClaimedTask | null> {
  const locked = await tx.query<{ name: string; slots: number; wanted: number }>(
    `select p.name, p.slots, t.pool_slots as wanted
       from stockflow.task_instance t join stockflow.pool p on p.name = t.pool
      where t.task_instance_id = $1 and t.attempt_token = $2
        for update of p`,
    [target.taskInstanceId, target.token],
  );
  const [pool] = locked.rows;
  if (pool === undefined) return null;
  const used = await tx.query<{ slots: number }>(
    `select (select coalesce(sum(pool_slots), 0) from stockflow.task_instance where pool = $1 and state = 'running')::integer
            + (select coalesce(sum(pool_slots), 0) from ${HELD_SLOTS} held where held.pool = $1)::integer as slots`,
    [pool.name],
  );
  // A task that needs more slots than the pool has may run when it has the pool to itself.
  const inUse = used.rows[0]?.slots ?? 0;
  if (inUse > 0 && inUse + pool.wanted > pool.slots) return null;
  if (pool.slots === 0) return null;
  const { rows } = await tx.query<ClaimedTask>({
    ...CLAIM,
    values: [workerId, target.taskInstanceId, target.token, true],
  });
  return rows[0] ?? null;
}
