import type { Task } from '../../core/dag/dag.ts';
import type { RunMode } from '../../core/dag/run_mode.ts';
import type { TaskState } from '../../core/run/states.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import { readTaskRemedy, type TaskRemedy } from '../../core/value/task_remedy.ts';
import type { Queryable } from '../queryable.ts';
import type { RunType, TimeEdges } from '../run/dag_run.ts';

/** A claimed task instance, with the facts of its run that its attempt needs. */
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
  readonly runMode: RunMode;
  readonly taskId: string;
  readonly mapIndex: number;
  /** The element of the mapped list; null for a task that is not mapped. */
  readonly mapItem: Json;
  readonly attemptToken: number;
  readonly pool: string;
  readonly attemptNumber: number;
  readonly failureCount: number;
  /** The number of its workers that died while it ran. */
  readonly crashCount: number;
  readonly deadlineAt: Temporal.Instant | null;
  /** The first start of this attempt, kept over deferrals. */
  readonly attemptStartedAt: Temporal.Instant;
  /** The instant of the claim by the database's clock. */
  readonly claimedAt: Temporal.Instant;
  /** The outputs that the attempt may read, if they were read with the claim. */
  readonly outputs?: JsonObject | null;
}

export interface Planned {
  readonly task: Task;
  readonly plannedAt: Temporal.Instant | null;
  readonly deadlineAt: Temporal.Instant | null;
}

/** Inserts the instances of a new run, all in `none`. */
export async function insertInstances(
  db: Queryable,
  runId: number,
  planned: readonly Planned[],
): Promise<void> {
  await db.query({
    name: 'stockflow.insert_instances',
    text: `insert into stockflow.task_instance
       (run_id, task_id, planned_at, deadline_at, execution_timeout, pool, pool_slots, priority)
     select $1, p.task_id, p.planned_at, p.deadline_at, p.execution_timeout_ms * interval '1 ms',
            p.pool, p.pool_slots, p.priority
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::text[], $7::integer[], $8::integer[])
            with ordinality as p(task_id, planned_at, deadline_at, execution_timeout_ms, pool, pool_slots, priority, position)
      order by p.position`,
    values: [
      runId,
      planned.map(({ task }) => task.taskId),
      planned.map(({ plannedAt }) => plannedAt?.toString() ?? null),
      planned.map(({ deadlineAt }) => deadlineAt?.toString() ?? null),
      planned.map(({ task }) => task.executionTimeoutMs),
      planned.map(({ task }) => task.pool),
      planned.map(({ task }) => task.poolSlots),
      planned.map(({ task }) => task.priority),
    ],
  });
}

/** Locks the attempt until the transaction ends. @returns false if it was superseded or has ended */
export async function lockRunningAttempt(
  db: Queryable,
  { taskInstanceId, attemptToken }: Pick<ClaimedTask, 'taskInstanceId' | 'attemptToken'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from stockflow.task_instance
      where task_instance_id = $1 and attempt_token = $2 and state = 'running' for share`,
    [taskInstanceId, attemptToken],
  );
  return rowCount === 1;
}

/** A task instance for display. */
export interface TaskInstance {
  readonly taskInstanceId: number;
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  /**
   * The instant at which the mapped list was recomputed without this instance's element; the instance has counted for
   * nothing since. Null for every other instance.
   */
  readonly removedAt: Temporal.Instant | null;
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
  /** The action that the task proposed with its error; null for none. */
  readonly remedy: TaskRemedy | null;
  /** The progress of the running attempt, `{done, total, unit}`; null if none runs. */
  readonly progress: JsonObject | null;
}

/**
 * Returns the id of an instance's run if the run is of `businessDate`. Returns null if there is no such instance, if
 * its run is of another date (the id then comes from another database), or if `businessDate` is null.
 */
export async function runOfInstance(
  db: Queryable,
  taskInstanceId: number,
  businessDate: string | null,
): Promise<number | null> {
  const { rows } = await db.query<{ runId: number }>(
    `select t.run_id as "runId"
       from stockflow.task_instance t
       join stockflow.dag_run r using (run_id)
      where t.task_instance_id = $1 and r.business_date = $2`,
    [taskInstanceId, businessDate],
  );
  return rows[0]?.runId ?? null;
}

/** Returns the instances of a run in the order in which the DAG's file lists them. */
export async function instancesOfRun(db: Queryable, runId: number): Promise<readonly TaskInstance[]> {
  const { rows } = await db.query<TaskInstance>(
    `select t.task_instance_id as "taskInstanceId", t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex",
            t.removed_at as "removedAt", t.state, t.attempt_number as "attemptNumber", t.failure_count as "failureCount", t.crash_count as "crashCount",
            t.planned_at as "plannedAt", t.deadline_at as "deadlineAt", t.deadline_missed_at as "deadlineMissedAt",
            t.wake_at as "wakeAt", t.wake_reason as "wakeReason", t.started_at as "startedAt", t.finished_at as "finishedAt",
            t.output, t.error_class as "errorClass", t.error_text as "errorText", t.remedy,
            case when t.state = 'running' then a.progress end as progress
       from stockflow.task_instance t
       left join stockflow.task_attempt a using (task_instance_id, attempt_number)
      where t.run_id = $1
      order by t.task_instance_id`,
    [runId],
  );
  return rows.map((row) => ({ ...row, remedy: readTaskRemedy(row.remedy) }));
}

/** Returns the element of the mapped list that an instance is for; null for a task that is not mapped. */
export async function mapItemOf(db: Queryable, taskInstanceId: number): Promise<Json> {
  const { rows } = await db.query<{ item: Json }>(
    'select map_item as item from stockflow.task_instance where task_instance_id = $1',
    [taskInstanceId],
  );
  return rows[0]?.item ?? null;
}
