/** Reads a run's instances with their wake-up jobs, for `runs explain`. */
import type { InstanceFacts } from '../../core/explain/facts.ts';
import type { Queryable } from '../queryable.ts';

type InstanceRow = Omit<InstanceFacts, 'job'> & {
  readonly jobRunAt: Temporal.Instant | null;
  readonly jobIsTaken: boolean;
  readonly jobError: string | null;
};

/** Returns the instances in the order of the DAG file, each with the job of its present fencing token. */
export async function instancesToExplain(db: Queryable, runId: number): Promise<readonly InstanceFacts[]> {
  const { rows } = await db.query<InstanceRow>(
    `select t.task_id as "taskId", t.map_index as "mapIndex", t.state, t.attempt_number as "attemptNumber",
            t.failure_count as "failureCount", t.crash_count as "crashCount", t.deadline_at as "deadlineAt",
            t.wake_at as "wakeAt", t.wake_reason as "wakeReason", t.started_at as "startedAt",
            t.finished_at as "finishedAt", t.timeout_at as "timeoutAt", t.error_class as "errorClass",
            t.error_text as "errorText", t.pool, t.pool_slots as "poolSlots", j.run_at as "jobRunAt",
            j.locked_at is not null as "jobIsTaken", j.last_error as "jobError"
       from stockflow.task_instance t
       left join graphile_worker._private_jobs j on j.key = 'task:' || t.task_instance_id || ':' || t.attempt_token
      where t.run_id = $1
      order by t.task_instance_id`,
    [runId],
  );
  return rows.map(({ jobRunAt, jobIsTaken, jobError, ...instance }) => ({
    ...instance,
    job: jobRunAt === null ? null : { runAt: jobRunAt, isTaken: jobIsTaken, lastError: jobError },
  }));
}
