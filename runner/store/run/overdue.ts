/** Finds attempts and runs that have run for longer than their DAG allows. */
import type { Queryable } from '../queryable.ts';

export interface OverdueAttempt {
  readonly taskInstanceId: number;
  readonly attemptToken: number;
  readonly runId: number;
  readonly dagVersionId: number;
  readonly taskId: string;
  readonly failureCount: number;
}

/** Returns the attempts of live workers that have not ended `graceMs` after their execution_timeout. */
export async function overdueAttempts(db: Queryable, graceMs: number): Promise<readonly OverdueAttempt[]> {
  const { rows } = await db.query<OverdueAttempt>(
    `select t.task_instance_id as "taskInstanceId", t.attempt_token as "attemptToken", t.run_id as "runId",
            r.dag_version_id as "dagVersionId", t.task_id as "taskId", t.failure_count as "failureCount"
       from stockflow.task_instance t join stockflow.dag_run r using (run_id)
      where t.state = 'running' and t.timeout_at < now() - $1 * interval '1 ms'
      order by t.run_id, t.task_instance_id`,
    [graceMs],
  );
  return rows;
}

/** Returns the ids of the running runs beyond their dagrun_timeout. */
export async function overdueRuns(db: Queryable): Promise<readonly number[]> {
  const { rows } = await db.query<{ runId: number }>(
    `select run_id as "runId" from stockflow.dag_run where state = 'running' and timeout_at < now() order by run_id`,
  );
  return rows.map(({ runId }) => runId);
}
