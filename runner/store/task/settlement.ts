import type { Settlement } from '../../core/run/settle.ts';
import type { TaskState } from '../../core/run/states.ts';
import type { Queryable } from '../queryable.ts';

/** The rows and bytes that an attempt counted; null for those it did not count. */
export interface AttemptMeter {
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
}

/** An ended attempt with the fencing token under which it ran. */
export interface Ended {
  readonly taskInstanceId: number;
  readonly taskId: string;
  readonly attemptToken: number;
  readonly settlement: Settlement;
  readonly meter: AttemptMeter;
}

export interface Accepted {
  readonly taskInstanceId: number;
  /** The fencing token under which the accepted attempt ran. */
  readonly attemptToken: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: TaskState;
  readonly attemptNumber: number;
  /** The instance's new fencing token, under which its next attempt or poll is claimed. */
  readonly token: number;
  readonly runAt: Temporal.Instant | null;
  readonly priority: number;
  readonly pool: string;
  /** Whether any task waits for another DAG, of whichever DAG. */
  readonly anyAwaiting: boolean;
  /** The deadline that the task missed by ending now, if no sweep had recorded it yet; else null. */
  readonly missedDeadlineAt: Temporal.Instant | null;
}

/**
 * Settles ended attempts and their instances. An attempt whose instance has a newer fencing token matches no row: its
 * result is refused, changes nothing, and is missing from the returned rows.
 */
export async function applySettlements(db: Queryable, ended: readonly Ended[]): Promise<readonly Accepted[]> {
  const { rows } = await db.query<Accepted>({
    name: 'stockflow.settle',
    text: `with ended as (
       select * from jsonb_to_recordset($1::jsonb) as e(
         task_instance_id bigint, attempt_token bigint, task_state text, attempt_state text, wake_at timestamptz,
         wake_after_ms float8, wake_reason text, failure_count integer, output jsonb, error_class text, error_text text,
         remedy jsonb, error_origin text, rows_in bigint, rows_out bigint, bytes_in bigint, bytes_out bigint)
     ), accepted as (
       update stockflow.task_instance t
          set state = e.task_state, worker_id = null, timeout_at = null, failure_count = e.failure_count,
              wake_at = coalesce(e.wake_at, now() + e.wake_after_ms * interval '1 ms'), wake_reason = e.wake_reason,
              queued_at = case when e.task_state = 'queued' then now() else t.queued_at end,
              finished_at = case when e.task_state in ('success', 'failed', 'skipped') then now() end,
              -- A short task may end between two sweeps: what ended late has missed its deadline all the same.
              deadline_missed_at = case
                when t.deadline_at < now() and e.task_state in ('success', 'failed', 'skipped') and t.deadline_missed_at is null
                     and (select r.time_edges from stockflow.dag_run r where r.run_id = t.run_id) = 'keep'
                  then now()
                else t.deadline_missed_at
              end,
              output = case when e.task_state = 'success' then nullif(e.output, 'null'::jsonb) end,
              error_class = e.error_class, error_text = e.error_text, remedy = e.remedy,
              error_origin = e.error_origin,
              attempt_token = t.attempt_token + case when e.task_state in ('success', 'failed', 'skipped') then 0 else 1 end
         from ended e
        where t.task_instance_id = e.task_instance_id and t.attempt_token = e.attempt_token and t.state = 'running'
       returning t.task_instance_id, e.attempt_token as ended_token, t.task_id, t.map_index, t.state, t.attempt_number,
                 t.attempt_token, t.wake_at, t.priority, t.pool,
                 case when t.deadline_missed_at = now() then t.deadline_at end as missed_deadline_at
     ), attempt as (
       update stockflow.task_attempt a
          set state = e.attempt_state, finished_at = case when e.attempt_state <> 'deferred' then now() end,
              output = nullif(e.output, 'null'::jsonb), error_class = e.error_class, error_text = e.error_text,
              remedy = e.remedy, rows_in = coalesce(e.rows_in, a.rows_in), rows_out = coalesce(e.rows_out, a.rows_out),
              bytes_in = coalesce(e.bytes_in, a.bytes_in), bytes_out = coalesce(e.bytes_out, a.bytes_out)
         -- A worker may hold two attempts of one instance, of which the older was superseded.
         from accepted t join ended e on e.task_instance_id = t.task_instance_id and e.attempt_token = t.ended_token
        where a.task_instance_id = t.task_instance_id and a.attempt_number = t.attempt_number
     )
     select task_instance_id as "taskInstanceId", ended_token as "attemptToken", task_id as "taskId", map_index as "mapIndex", state,
            attempt_number as "attemptNumber", attempt_token as token, wake_at as "runAt", priority, pool,
            missed_deadline_at as "missedDeadlineAt",
            -- Looked up once a statement, in an index that is empty where no DAG waits for another.
            (select exists (select from stockflow.task_instance where wake_reason = 'dag_edge')) as "anyAwaiting"
       from accepted order by task_instance_id`,
    values: [JSON.stringify(ended.map(toRow))],
  });
  return rows;
}

function toRow({ taskInstanceId, attemptToken, settlement, meter }: Ended) {
  return {
    task_instance_id: taskInstanceId,
    attempt_token: attemptToken,
    task_state: settlement.taskState,
    attempt_state: settlement.attemptState,
    wake_at: settlement.wakeAt?.toString() ?? null,
    wake_after_ms: settlement.wakeAfterMs,
    wake_reason: settlement.wakeReason,
    failure_count: settlement.failureCount,
    output: settlement.output,
    error_class: settlement.error?.errorClass ?? null,
    error_text: settlement.error?.errorText ?? null,
    // JSON leaves an undefined key out, so that a success carries nothing more.
    remedy: settlement.error?.remedy,
    error_origin: settlement.error?.origin,
    rows_in: meter.rowsIn,
    rows_out: meter.rowsOut,
    bytes_in: meter.bytesIn,
    bytes_out: meter.bytesOut,
  };
}

/**
 * Returns true if the attempt was settled already with the same outcome: the answer to its COMMIT was lost, not its
 * result.
 */
export async function wasSettled(db: Queryable, ended: Ended): Promise<boolean> {
  const { rows } = await db.query<{ settled: boolean }>(
    `select exists (select from stockflow.task_attempt
       where task_instance_id = $1 and attempt_token = $2 and state = $3) as settled`,
    [ended.taskInstanceId, ended.attemptToken, ended.settlement.attemptState],
  );
  return rows[0]?.settled ?? false;
}

/** Returns whether the run is unfinished, and if not, whether a task that counts has failed. */
export async function runOutcome(
  db: Queryable,
  runId: number,
  allowedToFail: readonly string[],
): Promise<'unfinished' | 'success' | 'failed'> {
  const { rows } = await db.query<{ outcome: 'unfinished' | 'success' | 'failed' }>({
    name: 'stockflow.run_outcome',
    text: `select case
         when exists (select from stockflow.task_instance where run_id = $1 and removed_at is null
                       and state in ('none', 'deferred', 'queued', 'running', 'up_for_retry')) then 'unfinished'
         when exists (select from stockflow.task_instance where run_id = $1 and removed_at is null
                       and state in ('failed', 'cancelled') and task_id <> all($2)) then 'failed'
         else 'success'
       end as outcome`,
    values: [runId, allowedToFail],
  });
  return rows[0]?.outcome ?? 'unfinished';
}
