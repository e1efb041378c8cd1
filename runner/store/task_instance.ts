import type { Task } from '../core/dag.ts';
import type { JsonObject } from '../core/json.ts';
import type { TaskState } from '../core/states.ts';
import type { RunType, TimeEdges } from './dag_run.ts';
import type { Queryable } from './queryable.ts';

/** A task instance, with the facts of its run that its attempt needs. */
export interface ClaimedTask {
  readonly taskInstanceId: number;
  readonly runId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly runType: RunType;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly timeEdges: TimeEdges;
  readonly runParams: JsonObject;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly attemptToken: number;
  readonly attemptNumber: number;
  readonly failureCount: number;
  readonly deadlineAt: Temporal.Instant | null;
  /** First look of this attempt. */
  readonly attemptStartedAt: Temporal.Instant;
  /** The database's clock at the claim. */
  readonly claimedAt: Temporal.Instant;
}

export interface Planned {
  readonly task: Task;
  readonly plannedAt: Temporal.Instant | null;
  readonly deadlineAt: Temporal.Instant | null;
}

/** The instances of a new run, all in `none`. */
export async function insertInstances(db: Queryable, runId: number, planned: readonly Planned[]): Promise<void> {
  await db.query(
    `insert into stockflow.task_instance
       (run_id, task_id, planned_at, deadline_at, execution_timeout, pool, pool_slots, priority)
     select $1, p.task_id, p.planned_at, p.deadline_at, p.execution_timeout_ms * interval '1 ms',
            p.pool, p.pool_slots, p.priority
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::text[], $7::integer[], $8::integer[])
            with ordinality as p(task_id, planned_at, deadline_at, execution_timeout_ms, pool, pool_slots, priority, position)
      order by p.position`,
    [
      runId,
      planned.map(({ task }) => task.taskId),
      planned.map(({ plannedAt }) => plannedAt?.toString() ?? null),
      planned.map(({ deadlineAt }) => deadlineAt?.toString() ?? null),
      planned.map(({ task }) => task.executionTimeoutMs),
      planned.map(({ task }) => task.pool),
      planned.map(({ task }) => task.poolSlots),
      planned.map(({ task }) => task.priority),
    ],
  );
}

/**
 * Takes the instance for this worker if it is still as the hint saw it, and opens its attempt; null when there is
 * nothing to do. One statement, so that no instance is ever running without an attempt.
 *
 * A deferred attempt that looks again goes on with its row; every other claim begins a new attempt.
 */
export async function claim(
  db: Queryable,
  hint: { readonly taskInstanceId: number; readonly token: number },
  workerId: number,
): Promise<ClaimedTask | null> {
  const { rows } = await db.query<ClaimedTask>({
    name: 'stockflow.claim',
    text: `with due as (
       select t.task_instance_id, t.attempt_number + case when a.state = 'deferred' then 0 else 1 end as attempt_number
         from stockflow.task_instance t
         left join stockflow.task_attempt a using (task_instance_id, attempt_number)
        where t.task_instance_id = $1 and t.attempt_token = $2
          and (t.state = 'queued' or (t.state in ('deferred', 'up_for_retry') and t.wake_at <= now()))
          for no key update of t
     ), claimed as (
       update stockflow.task_instance t
          set state = 'running', worker_id = $3, wake_at = null, wake_reason = null,
              attempt_number = due.attempt_number, started_at = coalesce(t.started_at, now()),
              timeout_at = now() + t.execution_timeout, error_class = null, error_text = null
         from due
        where t.task_instance_id = due.task_instance_id
       returning t.*
     ), attempt as (
       insert into stockflow.task_attempt (task_instance_id, attempt_number, attempt_token, worker_id)
       select task_instance_id, attempt_number, attempt_token, $3 from claimed
       on conflict (task_instance_id, attempt_number) do update
          set attempt_token = excluded.attempt_token, worker_id = excluded.worker_id, state = 'running',
              look_count = task_attempt.look_count + 1, error_class = null, error_text = null
       returning task_instance_id, started_at
     )
     select c.task_instance_id as "taskInstanceId", c.run_id as "runId", r.dag_id as "dagId",
            r.dag_version_id as "dagVersionId", r.run_type as "runType", r.scheduled_for as "scheduledFor",
            r.business_date as "businessDate", r.time_edges as "timeEdges", r.params as "runParams",
            c.task_id as "taskId", c.map_index as "mapIndex", c.attempt_token as "attemptToken",
            c.attempt_number as "attemptNumber", c.failure_count as "failureCount", c.deadline_at as "deadlineAt",
            a.started_at as "attemptStartedAt", now() as "claimedAt"
       from claimed c
       join attempt a using (task_instance_id)
       join stockflow.dag_run r on r.run_id = c.run_id`,
    values: [hint.taskInstanceId, hint.token, workerId],
  });
  return rows[0] ?? null;
}

/** An instance as people look at it. */
export interface TaskInstance {
  readonly taskInstanceId: number;
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: TaskState;
  readonly attemptNumber: number;
  readonly failureCount: number;
  readonly crashCount: number;
  readonly plannedAt: Temporal.Instant | null;
  readonly deadlineAt: Temporal.Instant | null;
  readonly deadlineMissedAt: Temporal.Instant | null;
  readonly wakeAt: Temporal.Instant | null;
  readonly wakeReason: string | null;
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  readonly output: JsonObject | null;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  /** Of the running attempt: `{done, total, unit}`. */
  readonly progress: JsonObject | null;
}

/** In the order in which the DAG's file lists them. */
export async function instancesOfRun(db: Queryable, runId: number): Promise<readonly TaskInstance[]> {
  const { rows } = await db.query<TaskInstance>(
    `select t.task_instance_id as "taskInstanceId", t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex",
            t.state, t.attempt_number as "attemptNumber", t.failure_count as "failureCount", t.crash_count as "crashCount",
            t.planned_at as "plannedAt", t.deadline_at as "deadlineAt", t.deadline_missed_at as "deadlineMissedAt",
            t.wake_at as "wakeAt", t.wake_reason as "wakeReason", t.started_at as "startedAt", t.finished_at as "finishedAt",
            t.output, t.error_class as "errorClass", t.error_text as "errorText",
            case when t.state = 'running' then a.progress end as progress
       from stockflow.task_instance t
       left join stockflow.task_attempt a using (task_instance_id, attempt_number)
      where t.run_id = $1
      order by t.task_instance_id`,
    [runId],
  );
  return rows;
}
