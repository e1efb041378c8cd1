import type { Pool, PoolClient } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';

const APPLIED_REVISION = readSql(import.meta.url, './applied_revision.sql');

/** A revision of a night whose reset is in the counts. */
export interface AppliedRevision {
  readonly revision: number;
  readonly snapshotAt: Temporal.Instant | null;
  /** The sha256 of the external system's own file. */
  readonly fileSha256: string | null;
  readonly appliedAt: Temporal.Instant;
}

/** Returns the newest applied revision of the night; null if there is none. */
export async function newestRevision(db: Pool | PoolClient, night: Night): Promise<AppliedRevision | null> {
  const { rows } = await db.query<{
    revision: number;
    snapshot_at: Temporal.Instant | null;
    file_sha256: string | null;
    applied_at: Temporal.Instant;
  }>(APPLIED_REVISION, [night.externalSystemId, night.businessDate]);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    revision: row.revision,
    snapshotAt: row.snapshot_at,
    fileSha256: row.file_sha256,
    appliedAt: row.applied_at,
  };
}
