import type { Queryable } from '../queryable.ts';

/** The time in ms that a worker without heartbeats keeps its tasks, by the database's clock. */
export const LEASE_MS = 10_000;

export interface NewWorker {
  readonly host: string;
  readonly pid: number;
  readonly codeVersion: string;
  readonly concurrency: number;
  /** The newest migration of the runner that its code knows. */
  readonly schemaVersion: number;
}

export async function registerWorker(db: Queryable, worker: NewWorker, leaseMs: number): Promise<number> {
  const { rows } = await db.query<{ workerId: number }>(
    `insert into stockflow.worker (host, pid, code_version, concurrency, schema_version, lease_expires_at)
     values ($1, $2, $3, $4, $5, now() + $6 * interval '1 ms') returning worker_id as "workerId"`,
    [worker.host, worker.pid, worker.codeVersion, worker.concurrency, worker.schemaVersion, leaseMs],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('insert into stockflow.worker returned no row');
  return row.workerId;
}

/** Renews a worker's lease. @returns false if the lease was lost: another worker has taken over its tasks */
export async function renewLease(db: Queryable, workerId: number, leaseMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.worker set heartbeat_at = now(), lease_expires_at = now() + $2 * interval '1 ms'
      where worker_id = $1 and lost_at is null and stopped_at is null`,
    [workerId, leaseMs],
  );
  return rowCount === 1;
}

/** SQL for the number of tasks that a worker `w` runs, according to the table. */
const RUNNING_THERE = `(select count(*) from stockflow.task_instance t where t.worker_id = w.worker_id and t.state = 'running')`;

/** Gives up a worker's lease for a reason that it detected itself, so that its tasks start elsewhere. */
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
 * Marks workers whose lease ran out as lost. None is marked in the first moments after the database has started, as
 * nobody could renew a lease during the outage.
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

/**
 * Withdraws the crash that was charged to the only task of a lost worker: the worker is back, for example after its
 * host was paused.
 */
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
