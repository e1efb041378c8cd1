/** Moves a run into the past, onto an instant of its schedule: a picture of the night cannot wait for the night. */
import type { Pool } from 'pg';

/** The time after the start of the run at which a task begins that waits for the clock or for a delay. */
const LATER: Readonly<Record<string, string>> = {
  filter_reset_file: '30 minutes',
  create_variance_file: '30 minutes',
  reset_inventory: '30 minutes',
  apply_variance: '90 minutes',
  verify_night: '90 minutes',
};
/** A task after one that fails is given up at once. */
const GIVEN_UP_AFTER = '30 minutes';

/** Each moves the instants of the task `$4` of the run by the intervals `$2` and `$3`. */
const MOVES = [
  `update stockflow.task_attempt set started_at = started_at + $2::interval + $3::interval, finished_at = finished_at + $2::interval + $3::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = $4)`,
  `update stockflow.task_log set at = at + $2::interval + $3::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = $4)`,
  `update stockflow.file set at = at + $2::interval + $3::interval
    where task_instance_id in (
      select task_instance_id from stockflow.task_instance where run_id = $1 and task_id = $4)`,
  `update stockflow.task_instance
      set queued_at = queued_at + $2::interval + $3::interval, started_at = started_at + $2::interval + $3::interval,
          finished_at = finished_at + $2::interval + $3::interval
    where run_id = $1 and task_id = $4`,
  'update stockflow.event set at = at + $2::interval + $3::interval where run_id = $1 and task_id = $4',
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
    const { rows: tasks } = await client.query<{ taskId: string; isGivenUp: boolean }>(
      `select distinct task_id as "taskId", state = 'upstream_failed' as "isGivenUp"
         from stockflow.task_instance where run_id = $1`,
      [runId],
    );
    for (const { taskId, isGivenUp } of tasks) {
      const later = isGivenUp ? GIVEN_UP_AFTER : (LATER[taskId] ?? '0');
      for (const move of MOVES) await client.query(move, [runId, by, later, taskId]);
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
      `update stockflow.event e set at = r.finished_at from stockflow.dag_run r
        where r.run_id = $1 and e.run_id = $1 and e.action = 'run.finished'`,
      [runId],
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
