/**
 * Claims the next instances of a worker in the transaction that ends its last attempt, so that neither a chain nor a
 * fan-out of tasks needs further commits to pass through the queue. Instances of bounded pools are left to the queue.
 */

import type { Queryable } from '../queryable.ts';
import { CLAIM_DUE } from '../task/claim.ts';
import type { ClaimedTask } from '../task/instance.ts';
import { SCHEDULE_JOB, WORK_JOB } from './job.ts';

/**
 * Claims queued instances of the given tasks of a locked run, except below the priority of the first job that waits in
 * the queue.
 * @param budget the worker, and the largest number of instances to claim
 */
export async function claimOfRun(
  db: Queryable,
  tasks: { readonly runId: number; readonly taskIds: readonly string[] },
  budget: { readonly workerId: number; readonly atMost: number },
): Promise<readonly ClaimedTask[]> {
  const { rows } = await db.query<ClaimedTask>({
    name: 'stockflow.claim_of_run',
    text: `with first_waiting as (
       select j.priority from graphile_worker._private_jobs j
        where j.is_available = true and j.run_at <= now()
        order by j.priority, j.run_at limit 1
     ), first as materialized (
       select task_instance_id, attempt_number from stockflow.task_instance
        where run_id = $2 and task_id = any($3) and state = 'queued' and pool = 'default' and crash_count = 0
          and -priority::bigint <= coalesce((select priority from first_waiting), 32767)
        order by priority desc, task_instance_id limit $4
          for no key update
     ), due as (
       select task_instance_id, first.attempt_number + case when a.state = 'deferred' then 0 else 1 end as attempt_number
         from first left join stockflow.task_attempt a using (task_instance_id, attempt_number)
     ), ${CLAIM_DUE}`,
    values: [budget.workerId, tasks.runId, tasks.taskIds, budget.atMost],
  });
  return rows;
}

/**
 * Takes the next jobs of the queue in its order, of any run, and claims the instances that they point at. Jobs and
 * instances locked by others are skipped, not waited for, and other kinds of job are left alone.
 *
 * Only the first `atMost` jobs are tried. If fewer can be claimed, the free slots get the rest from the queue.
 */
export async function claimFromQueue(
  db: Queryable,
  budget: { readonly workerId: number; readonly atMost: number },
): Promise<readonly ClaimedTask[]> {
  const { rows } = await db.query<ClaimedTask>({
    name: 'stockflow.claim_from_queue',
    // Every client can write to the queue, so the key is not trusted: one without a valid number points at no instance.
    text: `with first as materialized (
       select j.id, j.key from graphile_worker._private_jobs j
        where j.is_available = true and j.run_at <= now()
          -- As an array, so that the order comes from the index and only as many rows are looked at as are taken.
          and j.task_id = any (array(select id from graphile_worker._private_tasks where identifier in ($3, $4)))
        order by j.priority, j.run_at limit $2
          for update of j skip locked
     ), job as materialized (
       select id, substring(key from '^task:([0-9]{1,18}):[0-9]{1,18}$')::bigint as task_instance_id,
              substring(key from '^task:[0-9]{1,18}:([0-9]{1,18})$')::bigint as token
         from first
     ), due as (
       select t.task_instance_id, t.attempt_number + case when a.state = 'deferred' then 0 else 1 end as attempt_number,
              job.id as job_id
         from job
         join stockflow.task_instance t on t.task_instance_id = job.task_instance_id and t.attempt_token = job.token
         left join stockflow.task_attempt a
           on a.task_instance_id = t.task_instance_id and a.attempt_number = t.attempt_number
        where t.pool = 'default' and t.crash_count = 0
          and (t.state = 'queued' or (t.state in ('deferred', 'up_for_retry') and t.wake_at <= now() and t.wake_reason <> 'dag_edge'))
          for no key update of t skip locked
     ), used as (
       delete from graphile_worker._private_jobs j using due where j.id = due.job_id
     ), ${CLAIM_DUE}`,
    values: [budget.workerId, budget.atMost, WORK_JOB, SCHEDULE_JOB],
  });
  return rows;
}
