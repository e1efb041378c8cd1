import type { Queryable } from '../queryable.ts';
import { SCHEDULE_JOB, WORK_JOB } from './job.ts';

export interface QueueHealth {
  /** The number of tasks that a worker could start now and none has taken. */
  readonly readyTasks: number;
  /** The number of DAGs whose schedule is due to be planned and that no worker has taken. */
  readonly dueSchedules: number;
  /** The time since the oldest of both became ready, in ms; 0 if there is none. */
  readonly oldestReadyMs: number;
  /** The number of jobs whose handler failed at least once, and the newest error. */
  readonly failedCount: number;
  readonly lastError: string | null;
}

export async function queueHealth(db: Queryable): Promise<QueueHealth> {
  const { rows } = await db.query<QueueHealth>(
    `select (count(*) filter (where is_ready and identifier = $1))::integer as "readyTasks",
            (count(*) filter (where is_ready and identifier = $2))::integer as "dueSchedules",
            coalesce(extract(epoch from now() - min(run_at) filter (where is_ready)) * 1000, 0)::float8 as "oldestReadyMs",
            (count(*) filter (where last_error is not null))::integer as "failedCount",
            (array_agg(last_error order by updated_at desc) filter (where last_error is not null))[1] as "lastError"
       from (select j.run_at, j.last_error, j.updated_at, t.identifier, j.locked_at is null and j.run_at <= now() as is_ready
               from graphile_worker._private_jobs j
               join graphile_worker._private_tasks t on t.id = j.task_id) as job`,
    [WORK_JOB, SCHEDULE_JOB],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}
