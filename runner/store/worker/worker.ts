import type { Queryable } from '../queryable.ts';

/** How long a silent worker keeps its tasks, by the database's clock. */
export const LEASE_MS = 10_000;

export interface NewWorker {
  readonly host: string;
  readonly pid: number;
  readonly codeVersion: string;
  readonly concurrency: number;
}

export async function registerWorker(db: Queryable, worker: NewWorker, leaseMs: number): Promise<number> {
  const { rows } = await db.query<{ workerId: number }>(
    `insert into stockflow.worker (host, pid, code_version, concurrency, lease_expires_at)
     values ($1, $2, $3, $4, now() + $5 * interval '1 ms') returning worker_id as "workerId"`,
    [worker.host, worker.pid, worker.codeVersion, worker.concurrency, leaseMs],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('insert into stockflow.worker returned no row');
  return row.workerId;
}

/** @returns false when the lease was lost: another worker has taken over what this one held */
export async function renewLease(db: Queryable, workerId: number, leaseMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.worker set heartbeat_at = now(), lease_expires_at = now() + $2 * interval '1 ms'
      where worker_id = $1 and lost_at is null and stopped_at is null`,
    [workerId, leaseMs],
  );
  return rowCount === 1;
}

/** Tasks that a worker `w` runs, by the table. */
const RUNNING_THERE = `(select count(*) from stockflow.task_instance t where t.worker_id = w.worker_id and t.state = 'running')`;

/** Gives a worker's lease up for a reason that it knows itself, so that its tasks start elsewhere. */
export async function giveUpLease(db: Queryable, workerId: number, reason: string): Promise<void> {
  await db.query(
    `update stockflow.worker w set lost_at = now(), lost_reason = $2, lost_task_count = ${RUNNING_THERE}
      where worker_id = $1 and lost_at is null and stopped_at is null`,
    [workerId, reason],
  );
}

export async function markWorkerStopped(db: Queryable, workerId: number): Promise<void> {
  await db.query(
    `update stockflow.worker w set stopped_at = now(), lost_task_count = ${RUNNING_THERE}
      where worker_id = $1 and stopped_at is null`,
    [workerId],
  );
}

/**
 * Marks workers whose lease ran out as lost. None is marked in the first moments after the database started: while it
 * was away nobody could renew.
 */
export async function markLostWorkers(db: Queryable): Promise<readonly number[]> {
  const { rows } = await db.query<{ workerId: number }>(
    `update stockflow.worker w set lost_at = now(), lost_task_count = ${RUNNING_THERE}
      where lost_at is null and stopped_at is null and lease_expires_at < now()
        and pg_postmaster_start_time() < now() - $1 * interval '1 ms'
     returning worker_id as "workerId"`,
    [LEASE_MS],
  );
  return rows.map(({ workerId }) => workerId);
}

/** A worker that was taken for dead is back, as after a pause of its host: the death is held against nobody any more. */
export async function withdrawCrashes(db: Queryable, workerId: number): Promise<void> {
  await db.query(
    `with back as (
       update stockflow.worker set lost_task_count = null where worker_id = $1 and lost_task_count = 1
       returning worker_id, lost_at
     )
     update stockflow.task_instance t set lone_crash_count = t.lone_crash_count - 1
       from back join stockflow.task_attempt a using (worker_id)
      where a.task_instance_id = t.task_instance_id and a.state = 'crashed' and a.started_at <= back.lost_at
        and t.finished_at is null and t.lone_crash_count > 0`,
    [workerId],
  );
}
