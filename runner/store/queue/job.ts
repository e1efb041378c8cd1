/**
 * Adds wake-up jobs to graphile-worker's queue: each asks a worker to check one row. A job holds no state: if it is
 * lost, doubled or forged, only the time of the check changes. A job is added in the transaction that
 * makes its row ready.
 */
import type { Queryable } from '../queryable.ts';

/** The names of the queue's kinds of job. */
export const WORK_JOB = 'stockflow.work';
export const SCHEDULE_JOB = 'stockflow.schedule';
export const ALERT_JOB = 'stockflow.alert';
export const HEARTBEAT_JOB = 'stockflow.heartbeat';

/** A wake-up job for a task instance; `token` is the instance's fencing token when the job was written. */
export interface WorkJob {
  readonly taskInstanceId: number;
  readonly token: number;
  /** The instant from which the job may run; null for now. */
  readonly runAt: Temporal.Instant | null;
  /** Higher first. */
  readonly priority: number;
}

/** Schedules come before every task: a due DAG is planned at once, however many tasks wait. */
const SCHEDULE_PRIORITY = -32_768;

/** The number of tries of a job whose handler could not reach the database: far more than an outage needs. */
const MAX_ATTEMPTS = 1000;

/** Adds a job for each instance and token. One that comes twice, as two causes can make one instance ready, gets one job. */
export async function addWorkJobs(db: Queryable, named: readonly WorkJob[]): Promise<void> {
  if (named.length === 0) return;
  // The queue takes no key twice in one call.
  const jobs = [...new Map(named.map((job) => [`${job.taskInstanceId}:${job.token}`, job])).values()];
  await db.query({
    name: 'stockflow.add_work_jobs',
    // The queue takes its lowest number first, and keeps it in a smallint whose lowest is SCHEDULE_PRIORITY.
    text: `select graphile_worker.add_jobs(array(
       select row($1, json_build_object('id', h.id, 'token', h.token), null, h.run_at, $2,
                  'task:' || h.id || ':' || h.token, -greatest(-32767, least(h.priority, 32767)), null)::graphile_worker.job_spec
         from unnest($3::bigint[], $4::bigint[], $5::timestamptz[], $6::integer[]) as h(id, token, run_at, priority)))`,
    values: [
      WORK_JOB,
      MAX_ATTEMPTS,
      jobs.map((job) => job.taskInstanceId),
      jobs.map((job) => job.token),
      jobs.map((job) => job.runAt?.toString() ?? null),
      jobs.map((job) => job.priority),
    ],
  });
}

/** Adds the job for a DAG's next plan; it replaces the one that waits. */
export async function addScheduleJob(db: Queryable, dagId: string, runAt: Temporal.Instant): Promise<void> {
  await db.query({
    name: 'stockflow.add_schedule_job',
    text: `select graphile_worker.add_job($1, json_build_object('dag_id', $2::text), run_at := $3, max_attempts := $4,
                                    job_key := 'schedule:' || $2, priority := $5)`,
    values: [SCHEDULE_JOB, dagId, runAt.toString(), MAX_ATTEMPTS, SCHEDULE_PRIORITY],
  });
}

/**
 * Adds a job for each channel that sends what is due there at `runAt`. Jobs of one channel and second are one, so that
 * a storm of alerts does not fill the queue; each of its deliveries is due when the job runs.
 */
export async function addAlertJobs(
  db: Queryable,
  channels: readonly string[],
  runAt: Temporal.Instant,
): Promise<void> {
  const second = runAt.round({ smallestUnit: 'second', roundingMode: 'ceil' });
  await addJobsOfChannels(db, channels, { runAt: second, suffix: `:${second.epochMilliseconds}` });
}

/**
 * Adds a job for each channel whose deliveries lost theirs; it replaces the one that was added before, so that they do not
 * pile up where no worker sends.
 */
export async function restoreAlertJobs(
  db: Queryable,
  channels: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  await addJobsOfChannels(db, channels, { runAt: now, suffix: '' });
}

async function addJobsOfChannels(
  db: Queryable,
  channels: readonly string[],
  job: { readonly runAt: Temporal.Instant; readonly suffix: string },
): Promise<void> {
  if (channels.length === 0) return;
  await db.query({
    name: 'stockflow.add_alert_jobs',
    text: `select graphile_worker.add_job($1, json_build_object('channel', channel), run_at := $3::timestamptz,
                                    max_attempts := $4, job_key := 'alert:' || channel || $5::text, priority := $6)
       from unnest($2::text[]) as channel`,
    values: [ALERT_JOB, channels, job.runAt.toString(), MAX_ATTEMPTS, job.suffix, SCHEDULE_PRIORITY],
  });
}

/** Adds the job that sends the pings of a DAG; a later one does not put off one that waits. @param runAt null for now */
export async function addHeartbeatJob(
  db: Queryable,
  dagId: string,
  runAt: Temporal.Instant | null,
): Promise<void> {
  await db.query({
    name: 'stockflow.add_heartbeat_job',
    text: `select graphile_worker.add_job($1, json_build_object('dag_id', $2::text), run_at := coalesce($3::timestamptz, now()),
                                    max_attempts := $4, job_key := 'heartbeat:' || $2, priority := $5,
                                    job_key_mode := case when $3 is null then 'replace' else 'preserve_run_at' end)`,
    values: [HEARTBEAT_JOB, dagId, runAt?.toString() ?? null, MAX_ATTEMPTS, SCHEDULE_PRIORITY],
  });
}
