/** Finds runs that succeeded without applying anything. */
import type { Pool } from 'pg';

/**
 * Returns whether a run succeeded, applied no reset of its own, and gave no warning of it. The batches name the task
 * instance that applied them, so that nothing that the run reports is relied on.
 */
export async function isSilent(pool: Pool, runId: number): Promise<boolean> {
  const { rows } = await pool.query<{ applied: boolean; says_so: boolean }>(
    `select exists (select from oms.inventory_sync_batch b
                      join stockflow.task_instance t on split_part(b.attempt_token, '-', 1) = t.task_instance_id::text
                     where b.kind = 'RESET' and t.run_id = $1) as applied,
            exists (select from audit.event e
                     where e.run_id = $1 and e.action = 'task.warned' and e.reason like 'nothing was changed%') as says_so`,
    [runId],
  );
  return rows[0]?.applied === false && !rows[0].says_so;
}
