import type { Pool } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';

const NEWEST_APPLIED_RESET = readSql(import.meta.url, './newest_applied_reset.sql');

export interface AppliedReset {
  readonly businessDate: Temporal.PlainDate;
  readonly snapshotAt: Temporal.Instant;
}

/** Returns the reset of another night that put the newest snapshot into the counts; null if there is none. */
export async function newestAppliedReset(pool: Pool, night: Night): Promise<AppliedReset | null> {
  const { rows } = await pool.query<{ business_date: Temporal.PlainDate; snapshot_at: Temporal.Instant }>(
    NEWEST_APPLIED_RESET,
    [night.externalSystemId, night.businessDate],
  );
  const [row] = rows;
  return row === undefined ? null : { businessDate: row.business_date, snapshotAt: row.snapshot_at };
}
