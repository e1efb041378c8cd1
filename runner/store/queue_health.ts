import type { Queryable } from './queryable.ts';

export interface QueueHealth {
  /** Hints that are due and that nobody has taken. */
  readonly dueCount: number;
  /** How long the oldest of them has been due; 0 where there is none. */
  readonly oldestDueMs: number;
  /** Hints whose handler failed at least once, and what the newest of them said. */
  readonly failedCount: number;
  readonly lastError: string | null;
}

export async function queueHealth(db: Queryable): Promise<QueueHealth> {
  const { rows } = await db.query<QueueHealth>(
    `select (count(*) filter (where is_due))::integer as "dueCount",
            coalesce(extract(epoch from now() - min(run_at) filter (where is_due)) * 1000, 0)::float8 as "oldestDueMs",
            (count(*) filter (where last_error is not null))::integer as "failedCount",
            (array_agg(last_error order by updated_at desc) filter (where last_error is not null))[1] as "lastError"
       from (select j.run_at, j.last_error, j.updated_at, j.locked_at is null and j.run_at <= now() as is_due
               from graphile_worker._private_jobs j) as job`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}
