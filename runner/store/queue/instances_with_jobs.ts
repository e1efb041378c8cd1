/** A run's instances with the jobs that wake workers for them, for `runs explain`. */
import type { InstanceFacts } from '../../core/explain/facts.ts';
import type { Queryable } from '../queryable.ts';

type InstanceRow = Omit<InstanceFacts, 'hint'> & {
  readonly hintRunAt: Temporal.Instant | null;
  readonly hintIsTaken: boolean;
  readonly hintError: string | null;
};

/** In the order in which the DAG's file lists them, each with the hint that points at it as it stands. */
export async function instancesToExplain(db: Queryable, runId: number): Promise<readonly InstanceFacts[]> {
  const { rows } = await db.query<InstanceRow>(
    `select t.task_id as "taskId", t.map_index as "mapIndex", t.state, t.attempt_number as "attemptNumber",
            t.failure_count as "failureCount", t.crash_count as "crashCount", t.deadline_at as "deadlineAt",
            t.wake_at as "wakeAt", t.wake_reason as "wakeReason", t.started_at as "startedAt",
            t.finished_at as "finishedAt", t.timeout_at as "timeoutAt", t.error_class as "errorClass",
            t.error_text as "errorText", t.pool, t.pool_slots as "poolSlots", j.run_at as "hintRunAt",
            j.locked_at is not null as "hintIsTaken", j.last_error as "hintError"
       from stockflow.task_instance t
       left join graphile_worker._private_jobs j on j.key = 'task:' || t.task_instance_id || ':' || t.attempt_token
      where t.run_id = $1
      order by t.task_instance_id`,
    [runId],
  );
  return rows.map(({ hintRunAt, hintIsTaken, hintError, ...instance }) => ({
    ...instance,
    hint: hintRunAt === null ? null : { runAt: hintRunAt, isTaken: hintIsTaken, lastError: hintError },
  }));
}
