/** Reads and writes the task instances that wait for other DAGs. Changes need the lock of their run. */
import type { Queryable } from '../queryable.ts';
import type { WorkJob } from '../queue/job.ts';

/** One thing that an instance waits for. */
export interface Awaited {
  readonly dag: string;
  /** Null for the whole run. */
  readonly task: string | null;
  /** The business date; null if it is not known. */
  readonly date: string | null;
}

export interface HeldTask {
  readonly taskId: string;
  /** The instant before which the time edges hold it back as well; null for none. */
  readonly plannedAt: Temporal.Instant | null;
  readonly awaits: readonly Awaited[];
  /** A sentence about what it waits for. */
  readonly reason: string;
}

/** An instance that waits is looked at again after this time in ms, if nothing has woken it. */
const LOOK_AGAIN_MS = 60_000;

const VALUES = `unnest($2::text[], $3::timestamptz[], $4::jsonb[], $5::text[]) as h(task_id, planned_at, awaits, reason)`;

function valuesOf(runId: number, held: readonly HeldTask[]): unknown[] {
  return [
    runId,
    held.map(({ taskId }) => taskId),
    held.map(({ plannedAt }) => plannedAt?.toString() ?? null),
    held.map(({ awaits }) => JSON.stringify(awaits)),
    held.map(({ reason }) => reason),
    LOOK_AGAIN_MS,
  ];
}

/** Defers the undecided instances of tasks until other DAGs have succeeded. They get no wake-up job. */
export async function holdForDags(db: Queryable, runId: number, held: readonly HeldTask[]): Promise<void> {
  await db.query(
    `update stockflow.task_instance t
        set state = 'deferred', wake_reason = 'dag_edge', wake_at = now() + $6 * interval '1 ms', awaits = h.awaits,
            planned_at = coalesce(h.planned_at, t.planned_at), error_class = 'WaitsForDag', error_text = h.reason,
            attempt_token = t.attempt_token + 1
       from ${VALUES}
      where t.run_id = $1 and t.task_id = h.task_id and t.state = 'none'`,
    valuesOf(runId, held),
  );
}

/** Goes on waiting, with what was found now. */
export async function keepHolding(db: Queryable, runId: number, held: readonly HeldTask[]): Promise<void> {
  await db.query(
    `update stockflow.task_instance t
        set wake_at = now() + $6 * interval '1 ms', awaits = h.awaits, error_text = h.reason,
            planned_at = coalesce(h.planned_at, t.planned_at)
       from ${VALUES}
      where t.run_id = $1 and t.task_id = h.task_id and t.wake_reason = 'dag_edge'`,
    valuesOf(runId, held),
  );
}

/**
 * Lets the waiting instances of tasks start, at once or when their time edges pass.
 * @returns their wake-up jobs
 */
export async function releaseWaiting(
  db: Queryable,
  run: { readonly runId: number; readonly timeEdges: 'keep' | 'collapse' },
  taskIds: readonly string[],
): Promise<readonly WorkJob[]> {
  const { rows } = await db.query<WorkJob>(
    `update stockflow.task_instance
        set wake_reason = 'time_edge', wake_at = case when $3 then greatest(planned_at, now()) else now() end,
            awaits = null, error_class = null, error_text = null, attempt_token = attempt_token + 1
      where run_id = $1 and task_id = any($2) and wake_reason = 'dag_edge'
     returning task_instance_id as "taskInstanceId", attempt_token as token, wake_at as "runAt", priority`,
    [run.runId, taskIds, run.timeEdges === 'keep'],
  );
  return rows;
}

/** Returns the ids of a run's tasks that wait for other DAGs. */
export async function waitingTasks(db: Queryable, runId: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ taskId: string }>(
    `select distinct task_id as "taskId" from stockflow.task_instance
      where run_id = $1 and wake_reason = 'dag_edge' order by task_id`,
    [runId],
  );
  return rows.map(({ taskId }) => taskId);
}

/**
 * Returns the running runs with tasks that wait for other DAGs.
 * @param which.dagId the runs of this DAG; null for those of every DAG whose next look is due
 */
export async function runsThatWait(
  db: Queryable,
  which: { readonly dagId: string | null },
): Promise<readonly number[]> {
  const { rows } = await db.query<{ runId: number }>(
    `select distinct r.run_id as "runId"
       from stockflow.task_instance t join stockflow.dag_run r using (run_id)
      where t.wake_reason = 'dag_edge' and r.state = 'running'
        and case when $1::text is null then t.wake_at <= now() else r.dag_id = $1 end
      order by r.run_id`,
    [which.dagId],
  );
  return rows.map(({ runId }) => runId);
}

/**
 * Makes the next look due of the instances that wait for tasks of a DAG, so that the next sweep looks at them if the
 * wake-up job is lost. Instances that another transaction is changing are skipped: it looks by itself.
 * @param awaited.taskIds null for all that wait for the DAG
 * @returns the DAGs of the instances
 */
export async function wakeWaiting(
  db: Queryable,
  awaited: { readonly dagId: string; readonly taskIds: readonly string[] | null },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `with waiting as (
       select t.task_instance_id, t.run_id from stockflow.task_instance t
        where t.wake_reason = 'dag_edge'
          and exists (select from jsonb_to_recordset(t.awaits) as a(dag text, task text)
                       where a.dag = $1 and ($2::text[] is null or a.task = any($2)))
        order by t.task_instance_id
          for no key update of t skip locked
     ), woken as (
       update stockflow.task_instance t set wake_at = now()
         from waiting where t.task_instance_id = waiting.task_instance_id
     )
     select distinct r.dag_id as "dagId" from waiting join stockflow.dag_run r using (run_id) order by 1`,
    [awaited.dagId, awaited.taskIds],
  );
  return rows.map(({ dagId }) => dagId);
}
