import type { Pool } from 'pg';

/**
 * Runs that succeeded long ago, of the DAG's version in force, each with its instances, their attempts and its events: as
 * a night of each would have left them, but written in one go.
 */
export async function fillHistory(
  pool: Pool,
  {
    dagId,
    instances,
    tasksARun,
  }: { readonly dagId: string; readonly instances: number; readonly tasksARun: number },
): Promise<void> {
  const runs = Math.ceil(instances / tasksARun);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into stockflow.dag_run
         (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, created_at, started_at, finished_at)
       select dag_id, current_version_id, 'scheduled', 'success', at, at::date, 'bench', at, at, at + interval '1 hour'
         from stockflow.dag cross join generate_series(1, $2::integer) as night
        cross join lateral (select timestamptz '2026-01-01 00:00Z' - night * interval '1 hour' as at) as t
        where dag_id = $1`,
      [dagId, runs],
    );
    await client.query(
      `insert into stockflow.task_instance
         (run_id, task_id, state, attempt_token, attempt_number, queued_at, started_at, finished_at)
       select run_id, 't' || n, 'success', 1, 1, started_at, started_at, finished_at
         from stockflow.dag_run cross join generate_series(0, $2::integer - 1) as n
        where dag_id = $1 and actor = 'bench' and state = 'success'`,
      [dagId, tasksARun],
    );
    await client.query(
      `insert into stockflow.task_attempt
         (task_instance_id, attempt_number, attempt_token, state, worker_id, started_at, finished_at)
       select t.task_instance_id, 1, 1, 'success', 1, t.started_at, t.finished_at
         from stockflow.task_instance t join stockflow.dag_run r using (run_id)
        where r.dag_id = $1`,
      [dagId],
    );
    await client.query(
      `insert into stockflow.event (at, actor, channel, action, dag_id, run_id, after)
       select created_at, 'scheduler', 'scheduler', 'run.created', dag_id, run_id, '{"run_type": "scheduled"}'
         from stockflow.dag_run where dag_id = $1`,
      [dagId],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
  await pool.query(
    'vacuum analyze stockflow.dag_run, stockflow.task_instance, stockflow.task_attempt, stockflow.event',
  );
}
