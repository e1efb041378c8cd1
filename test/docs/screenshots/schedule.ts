/** Moves a run into the past, onto an instant of its schedule: a picture of the night cannot wait for the night. */
import type { Pool } from 'pg';

/** The time after the start of the run at which its tasks begin, where they wait for the clock or for a delay. */
const LATER = [
  ['30 minutes', ['filter_reset_file', 'create_variance_file', 'reset_inventory']],
  ['90 minutes', ['apply_variance', 'verify_night']],
] as const;

/** Each moves the instants of some tasks `$3` of the run by the interval `$2`. */
const MOVES = [
  `update stockflow.task_attempt set started_at = started_at + $2::interval, finished_at = finished_at + $2::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = any($3))`,
  `update stockflow.task_log set at = at + $2::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = any($3))`,
  `update stockflow.file set at = at + $2::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = any($3))`,
  `update stockflow.task_instance
      set queued_at = queued_at + $2::interval, started_at = started_at + $2::interval,
          finished_at = finished_at + $2::interval
    where run_id = $1 and task_id = any($3)`,
  'update stockflow.event set at = at + $2::interval where run_id = $1 and task_id = any($3)',
];

/** The run must have ended. */
export async function moveToSchedule(pool: Pool, runId: number, instant: Temporal.Instant): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // The history may not be changed, not even by its owner; here it is made.
    await client.query('set local session_replication_role = replica');
    const { rows } = await client.query<{ by: string }>(
      'select ($2::timestamptz - created_at)::text as by from stockflow.dag_run where run_id = $1',
      [runId, instant.toString()],
    );
    const by = rows[0]?.by;
    const { rows: tasks } = await client.query<{ ids: string[] }>(
      'select array_agg(distinct task_id) as ids from stockflow.task_instance where run_id = $1',
      [runId],
    );
    const steps = [[by, tasks[0]?.ids], ...LATER];
    for (const [interval, ids] of steps) {
      for (const move of MOVES) await client.query(move, [runId, interval, ids]);
    }
    await client.query(
      `update stockflow.event set at = at + $2::interval, reason = null,
              actor = case action when 'run.created' then 'scheduler' else actor end,
              channel = case action when 'run.created' then 'scheduler' else channel end
        where run_id = $1 and task_id is null`,
      [runId, by],
    );
    await client.query(
      `update stockflow.dag_run r
          set run_type = 'scheduled', time_edges = 'keep', actor = 'scheduler', reason = null, scheduled_for = $2,
              created_at = $2, started_at = started_at + ($2 - created_at),
              finished_at = (select max(finished_at) from stockflow.task_instance t where t.run_id = r.run_id)
        where run_id = $1`,
      [runId, instant.toString()],
    );
    await client.query(
      `insert into stockflow.due_instant (dag_id, scheduled_for, business_date, decision, decided_at)
       select dag_id, scheduled_for, business_date, 'run', scheduled_for from stockflow.dag_run where run_id = $1`,
      [runId],
    );
    await client.query('commit');
  } finally {
    // Without an open transaction where one failed.
    client.release(true);
  }
}
