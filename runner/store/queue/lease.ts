/** Finds and releases task instances whose worker no longer runs them. */

import type { Queryable } from '../queryable.ts';
import type { WorkJob } from './job.ts';

export interface Reclaimed {
  readonly taskInstanceId: number;
  readonly runId: number;
  readonly dagId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly attemptNumber: number;
  readonly crashCount: number;
  /** The number of its crashes in which nothing else ran on the worker. */
  readonly loneCrashCount: number;
  readonly token: number;
  readonly priority: number;
  readonly workerId: number;
}

/** Returns the ids of the runs with tasks running on workers that are lost, or that stopped without releasing them. */
export async function runsWithLostTasks(db: Queryable): Promise<readonly number[]> {
  const { rows } = await db.query<{ runId: number }>(
    `select distinct t.run_id as "runId"
       from stockflow.task_instance t join stockflow.worker w using (worker_id)
      where t.state = 'running' and (w.lost_at is not null or w.stopped_at is not null)`,
  );
  return rows.map(({ runId }) => runId);
}

/**
 * Reclaims the lost tasks of a locked run: each gets a new fencing token and one more crash, and is queued again. Its
 * attempt is closed as crashed, and the next claim begins a new one; no retry is used up.
 */
export async function reclaimLostTasks(db: Queryable, runId: number): Promise<readonly Reclaimed[]> {
  const { rows } = await db.query<Reclaimed>(
    `with lost as (
       select t.task_instance_id, t.worker_id, -- What a lost worker claims before it knows of its loss has not killed it.
              (w.lost_task_count = 1 and t.timeout_at - t.execution_timeout <= coalesce(w.lost_at, w.stopped_at))::integer as lone,
              coalesce('gave up: ' || w.lost_reason, 'stopped answering') as reason
         from stockflow.task_instance t join stockflow.worker w using (worker_id)
        where t.run_id = $1 and t.state = 'running' and (w.lost_at is not null or w.stopped_at is not null)
        order by t.task_instance_id
          for no key update of t
     ), reclaimed as (
       update stockflow.task_instance t
          set state = 'queued', worker_id = null, timeout_at = null, queued_at = now(),
              attempt_token = t.attempt_token + 1, crash_count = t.crash_count + 1,
              lone_crash_count = t.lone_crash_count + coalesce(lost.lone, 0), error_class = 'WorkerLost', error_text = 'worker ' || lost.worker_id || ' ' || lost.reason
         from lost
        where t.task_instance_id = lost.task_instance_id
       returning t.*, lost.worker_id as lost_worker_id
     ), attempt as (
       update stockflow.task_attempt a
          set state = 'crashed', finished_at = now(), error_class = 'WorkerLost', error_text = c.error_text
         from reclaimed c
        where a.task_instance_id = c.task_instance_id and a.attempt_number = c.attempt_number
     )
     select c.task_instance_id as "taskInstanceId", c.run_id as "runId", r.dag_id as "dagId", c.task_id as "taskId",
            c.map_index as "mapIndex", c.attempt_number as "attemptNumber", c.crash_count as "crashCount",
            c.lone_crash_count as "loneCrashCount", c.attempt_token as token, c.priority, c.lost_worker_id as "workerId"
       from reclaimed c join stockflow.dag_run r using (run_id)
      order by c.task_instance_id`,
    [runId],
  );
  return rows;
}

/** Fails queued instances for good, for example after too many crashes. */
export async function failQueued(
  db: Queryable,
  taskInstanceIds: readonly number[],
  error: { readonly errorClass: string; readonly errorText: string },
): Promise<void> {
  await db.query(
    `update stockflow.task_instance
        set state = 'failed', finished_at = now(), error_class = $2, error_text = $3
      where task_instance_id = any($1) and state = 'queued'`,
    [taskInstanceIds, error.errorClass, error.errorText],
  );
}

export interface RunningOn {
  readonly taskInstanceId: number;
  readonly token: number;
  readonly runId: number;
  readonly taskId: string;
}

/** Returns the instances that run on this worker according to the table. */
export async function runningOn(db: Queryable, workerId: number): Promise<readonly RunningOn[]> {
  const { rows } = await db.query<RunningOn>(
    `select task_instance_id as "taskInstanceId", attempt_token as token, run_id as "runId", task_id as "taskId"
       from stockflow.task_instance where worker_id = $1 and state = 'running'`,
    [workerId],
  );
  return rows;
}

/**
 * Releases a running instance to the queue; it counts as neither a failure nor a crash.
 * @returns its new job; null if the instance no longer had this token
 */
export async function releaseInstance(db: Queryable, task: RunningOn): Promise<WorkJob | null> {
  const { rows } = await db.query<WorkJob>(
    `with returned as (
       update stockflow.task_instance
          set state = 'queued', worker_id = null, timeout_at = null, queued_at = now(), attempt_token = attempt_token + 1
        where task_instance_id = $1 and attempt_token = $2 and state = 'running'
       returning task_instance_id, attempt_number, attempt_token, priority
     ), attempt as (
       update stockflow.task_attempt a
          set state = 'handed_over', finished_at = now(), error_class = 'HandedOver',
              error_text = 'claimed in a transaction whose answer was lost'
         from returned r
        where a.task_instance_id = r.task_instance_id and a.attempt_number = r.attempt_number
     )
     select task_instance_id as "taskInstanceId", attempt_token as token, null as "runAt", priority from returned`,
    [task.taskInstanceId, task.token],
  );
  return rows[0] ?? null;
}

/** Returns new jobs for waiting instances that have been due for `olderThanMs` without a job in the queue. */
export async function missingWorkJobs(db: Queryable, olderThanMs: number): Promise<readonly WorkJob[]> {
  const { rows } = await db.query<WorkJob>(
    `select t.task_instance_id as "taskInstanceId", t.attempt_token as token, null as "runAt", t.priority
       from stockflow.task_instance t
      where ((t.state = 'queued' and t.queued_at < now() - $1 * interval '1 ms')
          or (t.state in ('deferred', 'up_for_retry') and t.wake_reason <> 'dag_edge'
                and t.wake_at < now() - $1 * interval '1 ms'))
        and not exists (
          select from graphile_worker._private_jobs j
           where j.key = 'task:' || t.task_instance_id || ':' || t.attempt_token
             -- A job that failed is put off for longer each time, up to hours.
             and case when j.locked_at is null then j.run_at <= now() else j.locked_at > now() - $1 * interval '1 ms' end)
      order by t.task_instance_id
      limit 1000`,
    [olderThanMs],
  );
  return rows;
}
