import type { Queryable } from '../queryable.ts';

/** A task instance that runs on a worker. */
export interface RunningTask {
  readonly workerId: number;
  readonly runId: number;
  readonly dagId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly startedAt: Temporal.Instant | null;
}

/** Returns all running task instances, the longest running first. */
export async function runningTasks(db: Queryable): Promise<readonly RunningTask[]> {
  const { rows } = await db.query<RunningTask>(
    `select t.worker_id as "workerId", t.run_id as "runId", r.dag_id as "dagId", t.task_id as "taskId",
            t.map_index as "mapIndex", t.started_at as "startedAt"
       from stockflow.task_instance t join stockflow.dag_run r using (run_id)
      where t.state = 'running'
      order by t.started_at, t.task_instance_id`,
  );
  return rows;
}
