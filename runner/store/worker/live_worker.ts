import type { Queryable } from '../queryable.ts';

/** Returns the number of workers whose lease is valid. */
export async function countLiveWorkers(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from stockflow.worker
      where stopped_at is null and lost_at is null and lease_expires_at > now()`,
  );
  return rows[0]?.count ?? 0;
}

export interface WorkerRow {
  readonly workerId: number;
  readonly host: string;
  readonly pid: number;
  readonly codeVersion: string;
  readonly concurrency: number;
  readonly isLive: boolean;
  /** The time since its last heartbeat in ms, by the database's clock. */
  readonly silentMs: number;
  /** The reason why it gave up its own lease; null if it lives, or stopped sending heartbeats. */
  readonly lostReason: string | null;
}

/**
 * Returns the workers whose lease is valid, and those lost within `lostWithinMs`. A worker that deregistered is
 * neither.
 */
export async function liveAndLostWorkers(db: Queryable, lostWithinMs: number): Promise<readonly WorkerRow[]> {
  const { rows } = await db.query<WorkerRow>(
    `select worker_id as "workerId", host, pid, code_version as "codeVersion", concurrency,
            lost_at is null and lease_expires_at > now() as "isLive",
            (extract(epoch from now() - heartbeat_at) * 1000)::float8 as "silentMs", lost_reason as "lostReason"
       from stockflow.worker
      where stopped_at is null and (lost_at is null or lost_at > now() - $1 * interval '1 ms')
        and heartbeat_at > now() - $1 * interval '1 ms'
      order by worker_id`,
    [lostWithinMs],
  );
  return rows;
}
