/** The figures of this moment. Each statement reads what is under way and one row a DAG, never the history. */
import type { Queryable } from '../queryable.ts';

export interface DagFigures {
  readonly dagId: string;
  readonly isPaused: boolean;
  readonly isInvalid: boolean;
  /** Null before the first plan, for a paused DAG and one without a schedule. In Unix seconds, as all instants here. */
  readonly nextRunS: number | null;
  /** The newest run that the schedule or a person made; null if there is none. */
  readonly lastRunState: string | null;
  /** The success of the latest scheduled instant: that of an old date, worked again today, does not count as recent. */
  readonly lastSuccessFinishedS: number | null;
  readonly lastSuccessScheduledForS: number | null;
  /** How long the oldest due run has not started; 0 if none is late. */
  readonly startDelayS: number;
}

export async function dagFigures(db: Queryable): Promise<readonly DagFigures[]> {
  const { rows } = await db.query<DagFigures>(
    `select d.dag_id as "dagId", d.is_paused as "isPaused", d.problems is not null as "isInvalid",
            extract(epoch from d.next_scheduled_for)::float8 as "nextRunS", newest.state as "lastRunState",
            extract(epoch from good.finished_at)::float8 as "lastSuccessFinishedS",
            extract(epoch from good.scheduled_for)::float8 as "lastSuccessScheduledForS",
            greatest(0, extract(epoch from now() - least(d.next_scheduled_for, queued.scheduled_for)))::float8 as "startDelayS"
       from stockflow.dag d
       left join lateral (
         select state from stockflow.dag_run r where r.dag_id = d.dag_id
          order by run_id desc limit 1) as newest on true
       left join lateral (
         select finished_at, scheduled_for from stockflow.dag_run r where r.dag_id = d.dag_id and r.state = 'success'
            -- A run that a person works in shadow beside the schedule does not show that the night was worked.
            and (r.mode = 'apply' or r.run_type <> 'manual')
          order by scheduled_for desc, run_id desc limit 1) as good on true
       left join lateral (
         select min(scheduled_for) as scheduled_for from stockflow.dag_run r
          where r.dag_id = d.dag_id and r.state = 'queued' and r.state in ('queued', 'running')
            and r.run_type = 'scheduled' and r.started_at is null) as queued on true
      where d.retired_at is null
      order by d.dag_id`,
  );
  return rows;
}

export interface CountByState {
  readonly dagId: string;
  readonly state: string;
  readonly count: number;
}

/** Returns the numbers of the runs that have not ended. */
export async function openRuns(db: Queryable): Promise<readonly CountByState[]> {
  const { rows } = await db.query<CountByState>(
    `select dag_id as "dagId", state, count(*)::integer as count from stockflow.dag_run
      where state in ('queued', 'running') group by dag_id, state`,
  );
  return rows;
}

export interface OpenTasks extends CountByState {
  /** How long ago the earliest deadline passed; 0 if none has. */
  readonly overdueS: number;
}

/** Returns the numbers of the task instances that have not ended. */
export async function openTasks(db: Queryable): Promise<readonly OpenTasks[]> {
  const { rows } = await db.query<OpenTasks>(
    `select r.dag_id as "dagId", t.state, count(*)::integer as count,
            greatest(0, extract(epoch from now() - min(t.deadline_at)))::float8 as "overdueS"
       from stockflow.task_instance t
       join stockflow.dag_run r using (run_id)
      where t.state in ('none', 'deferred', 'queued', 'running', 'up_for_retry') and r.state in ('queued', 'running')
      group by r.dag_id, t.state`,
  );
  return rows;
}

export interface WorkerFigures {
  readonly liveCount: number;
  /** The number of tasks that the live ones can run at once. */
  readonly concurrency: number;
  /** The longest time since the last sign of life of a worker that counts as live; 0 without one. */
  readonly oldestHeartbeatS: number;
}

export async function workerFigures(db: Queryable): Promise<WorkerFigures> {
  const { rows } = await db.query<WorkerFigures>(
    `select count(*)::integer as "liveCount", coalesce(sum(concurrency), 0)::integer as concurrency,
            coalesce(extract(epoch from now() - min(heartbeat_at)), 0)::float8 as "oldestHeartbeatS"
       from stockflow.worker where stopped_at is null and lost_at is null and lease_expires_at > now()`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}

export interface Undelivered {
  /** The channel. */
  readonly subject: string;
  readonly count: number;
  /** Those of them that were tried and not taken. */
  readonly failingCount: number;
}

export async function pendingAlerts(db: Queryable): Promise<readonly Undelivered[]> {
  const { rows } = await db.query<Undelivered>(
    `select channel as subject, count(*)::integer as count,
            (count(*) filter (where attempt_count > 0))::integer as "failingCount"
       from stockflow.alert_delivery where state = 'pending' group by channel`,
  );
  return rows;
}
