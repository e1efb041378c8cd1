import type { Pool } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';

const LAST_APPLIED_SNAPSHOT = readSql(import.meta.url, './last_applied_snapshot.sql');

/** Returns the newest snapshot that another night's reset put into the counts; null if there is none. */
export async function lastAppliedSnapshot(pool: Pool, night: Night): Promise<Temporal.Instant | null> {
  const { rows } = await pool.query<{ snapshot_at: Temporal.Instant | null }>(LAST_APPLIED_SNAPSHOT, [
    night.externalSystemId,
    night.businessDate,
  ]);
  return rows[0]?.snapshot_at ?? null;
}
