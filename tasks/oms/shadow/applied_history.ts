import type { Pool, PoolClient } from 'pg';
import type { RunMode } from '../../../runner/task.ts';

/**
 * Returns whether the OMS can say what was applied. One that was only ever worked in shadow has no tables of the sync, and nothing
 * was applied to it; a run that applies needs them.
 */
export async function hasAppliedHistory(pool: Pool, mode: RunMode): Promise<boolean> {
  return mode === 'apply' || (await hasSyncTables(pool));
}

export async function hasSyncTables(oms: Pool | PoolClient): Promise<boolean> {
  const { rows } = await oms.query<{ has_tables: boolean }>(
    "select to_regclass('oms.inventory_sync_batch') is not null as has_tables",
  );
  return rows[0]?.has_tables === true;
}
