/** Fills a database with nights of long ago, as nights would have left them, but written in a few statements. */
import type { Pool, PoolClient } from 'pg';

/** `failed`: the middle task failed, and what follows did not run. `retried`: it succeeded at its second attempt. `missed`: no run. */
export type Night = 'success' | 'failed' | 'retried' | 'missed';

export interface History {
  readonly dagId: string;
  /** The ids of the tasks, each of which follows on the one before. */
  readonly tasks: readonly string[];
  /** The newest first. */
  readonly nights: readonly Night[];
  /** The instant of the newest night; in the winter of 2026 by default. */
  readonly newest?: Temporal.Instant;
  /** The time between two nights, as an interval of Postgres; an hour by default. */
  readonly every?: string;
  /** The zone of the business dates; UTC by default. */
  readonly timezone?: string;
}

/** Returns that many nights, all of which went well. */
export function goodNights(count: number): readonly Night[] {
  return new Array<Night>(count).fill('success');
}

/** Returns that many nights, nearly all of which went well. */
export function mixedNights(count: number): readonly Night[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 61 === 17) return 'missed';
    if (index % 37 === 5) return 'failed';
    return index % 23 === 11 ? 'retried' : 'success';
  });
}

/** Returns `t0`, `t1` and so on. */
export function numberedTasks(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

/** Inserts the due instants of the nights, their runs of the DAG's version in force, and all that the runs leave. */
export async function fillHistory(pool: Pool, history: History): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // The rows refer to each other by the way they are made; to check a million references takes longer than to write them.
    await client.query('set local session_replication_role = replica');
    await insertRuns(client, history);
    await insertTasks(client, history);
    await insertEvents(client, history);
    await client.query('commit');
  } finally {
    // With its temporary tables, and without an open transaction where one failed.
    client.release(true);
  }
  await pool.query(
    `vacuum analyze stockflow.due_instant, stockflow.dag_run, stockflow.task_instance, stockflow.task_attempt,
                    stockflow.task_log, stockflow.file, stockflow.event`,
  );
}

const STEP = `interval '1 minute'`;

/** Leaves the nights with their run ids in the temporary table `night`; a step takes longer on some nights than on others. */
async function insertRuns(client: PoolClient, history: History): Promise<void> {
  const { dagId, nights, newest, every = '1 hour', timezone = 'UTC' } = history;
  await client.query(
    `create temporary table night on commit drop as
     select fate, at, (at at time zone $5)::date as business_date, null::bigint as run_id,
            ${STEP} * (1 + number % 7 * 0.1) / $6 as step
       from unnest($2::text[]) with ordinality as n(fate, number)
      cross join lateral (select $3::timestamptz - (number - 1) * $4::interval as at) as t
      where exists (select from stockflow.dag where dag_id = $1)
      order by at`,
    [
      dagId,
      nights,
      newest?.toString() ?? '2026-02-01T00:00:00Z',
      every,
      timezone,
      Math.max(1, history.tasks.length / 30),
    ],
  );
  await client.query(
    `insert into stockflow.due_instant (dag_id, scheduled_for, business_date, decision, decided_at)
     select $1, at, business_date, case fate when 'missed' then 'missed' else 'run' end, at from night`,
    [dagId],
  );
  await client.query(
    `with run as (
       insert into stockflow.dag_run
         (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, created_at, started_at, finished_at)
       select dag_id, current_version_id, 'scheduled', case fate when 'failed' then 'failed' else 'success' end,
              at, business_date, 'scheduler', at, at, at + $2 * step
         from night cross join stockflow.dag
        where dag_id = $1 and fate <> 'missed'
        order by at
       returning run_id, scheduled_for
     )
     update night set run_id = run.run_id from run where at = scheduled_for`,
    [dagId, history.tasks.length],
  );
  await client.query('analyze night');
}

/** The number of the task that makes a night a failed or a retried one. */
function oddTask({ tasks }: History): number {
  return Math.floor(tasks.length / 2);
}

/** The instances of the nights that had an attempt. */
const WORKED = `(select t.* from stockflow.task_instance t join night using (run_id) where t.attempt_number > 0) as worked`;

async function insertTasks(client: PoolClient, history: History): Promise<void> {
  await client.query(
    `insert into stockflow.task_instance
       (run_id, task_id, state, attempt_token, attempt_number, failure_count, queued_at, started_at, finished_at,
        error_class, error_text)
     select run_id, task_id, state, token, attempts, case when is_odd then attempts - 1 + (fate = 'failed')::integer else 0 end,
            begins, case when attempts > 0 then begins end, begins + step,
            case state when 'failed' then 'FailTask' end,
            case state when 'failed' then 'the file has 900 rows, 25 % fewer than the last good night' end
       from night
      cross join unnest($1::text[]) with ordinality as t(task_id, number)
      cross join lateral (select at + (number - 1) * step as begins, number = $2 + 1 as is_odd,
                                 fate = 'failed' and number > $2 + 1 as is_after) as o
      cross join lateral (
        select case when is_after then 'upstream_failed' when is_odd and fate = 'failed' then 'failed' else 'success' end as state,
               case when is_after then 0 when is_odd and fate = 'retried' then 2 else 1 end as attempts,
               case when is_odd and fate = 'retried' then 2 else 1 end as token) as s
      where run_id is not null
      order by run_id, number`,
    [history.tasks, oddTask(history)],
  );
  await client.query(
    `insert into stockflow.task_attempt
       (task_instance_id, attempt_number, attempt_token, state, worker_id, started_at, finished_at, error_class, error_text,
        rows_in, rows_out)
     select task_instance_id, number, number, case when number < attempt_number then 'failed' else state end, 1,
            started_at, finished_at,
            case when number < attempt_number then 'Error' else error_class end,
            case when number < attempt_number then 'the server did not answer' else error_text end, 1200, 1200
       from ${WORKED} cross join generate_series(1, attempt_number) as number
      order by task_instance_id, number`,
  );
  await client.query(
    `insert into stockflow.task_log (task_instance_id, attempt_number, at, level, message, facts)
     select task_instance_id, attempt_number, finished_at, 'info', 'worked', '{"rows": 1200}' from ${WORKED}
      order by task_instance_id`,
  );
  await client.query(
    `insert into stockflow.file (at, task_instance_id, attempt_number, direction, path, size_bytes, sha256, row_count)
     select finished_at, task_instance_id, attempt_number, 'read', 'outgoing/' || run_id || '.csv', 48000,
            encode(sha256(run_id::text::bytea), 'hex'), 1200
       from ${WORKED} where task_id = $1`,
    [history.tasks[0]],
  );
}

/** Inserts them in the order of their instants, night by night. */
async function insertEvents(client: PoolClient, history: History): Promise<void> {
  await client.query(
    `insert into stockflow.event (at, actor, channel, action, dag_id, run_id, task_id, map_index, reason, after)
     select e.at, actor, actor, action, $1, run_id, task_id, case when task_id is not null then -1 end, reason, after
       from night
      cross join lateral (values
        ('scheduler', 'schedule.missed', night.at, null, null, null, fate = 'missed'),
        ('scheduler', 'run.created', night.at, null, null, '{"run_type": "scheduled"}'::jsonb, fate <> 'missed'),
        ('worker', 'task.failed', night.at + $3 * step, $2, 'the file has 900 rows, 25 % fewer than the last good night',
         '{"state": "failed", "attempt": 1}', fate = 'failed'),
        ('worker', 'task.retried', night.at + $3 * step, $2, 'the server did not answer',
         '{"state": "up_for_retry", "attempt": 1}', fate = 'retried'),
        ('worker', 'run.finished', night.at + $4 * step, null, null,
         jsonb_build_object('state', case fate when 'failed' then 'failed' else 'success' end), fate <> 'missed')
      ) as e(actor, action, at, task_id, reason, after, is_so)
      where is_so
      order by night.at, e.at`,
    [history.dagId, history.tasks[oddTask(history)], oddTask(history) + 1, history.tasks.length],
  );
}
