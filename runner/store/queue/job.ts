/**
 * Hints: jobs of graphile-worker that say "look at this row". They carry no truth: a lost, doubled or forged one
 * changes nothing but the moment at which a worker looks. Added in the transaction that makes them true.
 */
import type { Queryable } from '../queryable.ts';

/** Names of the queue's two kinds of job. */
export const WORK_JOB = 'stockflow.work';
export const SCHEDULE_JOB = 'stockflow.schedule';

/** A task instance to look at; `token` is the fence that it had when the job was written. */
export interface WorkJob {
  readonly taskInstanceId: number;
  readonly token: number;
  /** Null for at once. */
  readonly runAt: Temporal.Instant | null;
  /** Higher first. */
  readonly priority: number;
}

/** Before any task: a DAG that is due is planned at once, however many tasks wait. */
const SCHEDULE_PRIORITY = -32_768;

/** Tries of a job whose handler could not reach the database; far more than an outage needs. */
const MAX_ATTEMPTS = 1000;

export async function addWorkJobs(db: Queryable, jobs: readonly WorkJob[]): Promise<void> {
  if (jobs.length === 0) return;
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

/** The DAG's next look at its schedule; replaces the one that waits. */
export async function addScheduleJob(db: Queryable, dagId: string, runAt: Temporal.Instant): Promise<void> {
  await db.query({
    name: 'stockflow.add_schedule_job',
    text: `select graphile_worker.add_job($1, json_build_object('dag_id', $2::text), run_at := $3, max_attempts := $4,
                                    job_key := 'schedule:' || $2, priority := $5)`,
    values: [SCHEDULE_JOB, dagId, runAt.toString(), MAX_ATTEMPTS, SCHEDULE_PRIORITY],
  });
}
