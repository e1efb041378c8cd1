import type { Queryable } from '../queryable.ts';
import { SCHEDULE_JOB, WORK_JOB } from './job.ts';

export interface QueueHealth {
  /** Tasks that a worker could start now, and that none has taken. */
  readonly readyTasks: number;
  /** DAGs whose schedule is to be planned now, and that no worker has taken. */
  readonly dueSchedules: number;
  /** How long the oldest of both has been ready; 0 where there is none. */
  readonly oldestReadyMs: number;
  /** Jobs whose handler failed at least once, and what the newest of them said. */
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
