/** Moves a run into the past, onto an instant of its schedule: a picture of the night cannot wait for the night. */
import type { Pool } from 'pg';

/** Each moves the instants of one table by the interval `$2`. */
const MOVES = [
  `update stockflow.task_attempt set started_at = started_at + $2::interval, finished_at = finished_at + $2::interval
    where task_instance_id in (select task_instance_id from stockflow.task_instance where run_id = $1)`,
  `update stockflow.task_log set at = at + $2::interval
    where task_instance_id in (select task_instance_id from stockflow.task_instance where run_id = $1)`,
  `update stockflow.file set at = at + $2::interval
    where task_instance_id in (select task_instance_id from stockflow.task_instance where run_id = $1)`,
  `update stockflow.task_instance
      set planned_at = planned_at + $2::interval, queued_at = queued_at + $2::interval,
          started_at = started_at + $2::interval, finished_at = finished_at + $2::interval
    where run_id = $1`,
  'update stockflow.event set at = at + $2::interval where run_id = $1',
  `update stockflow.dag_run
      set run_type = 'scheduled', actor = 'scheduler', scheduled_for = created_at + $2::interval,
          created_at = created_at + $2::interval, started_at = started_at + $2::interval,
          finished_at = finished_at + $2::interval
    where run_id = $1`,
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
    for (const move of MOVES) await client.query(move, [runId, by]);
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
