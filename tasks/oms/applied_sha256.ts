import type { Pool } from 'pg';
import type { Night } from './night.ts';
import { readSql } from './sql.ts';

const APPLIED_SHA256 = readSql(import.meta.url, './applied_sha256.sql');

/** The business date of another night whose reset came from the file with this sha256; null where there is none. */
export async function nightOfAppliedFile(
  pool: Pool,
  night: Night,
  sha256: string,
): Promise<Temporal.PlainDate | null> {
  const { rows } = await pool.query<{ business_date: Temporal.PlainDate }>(APPLIED_SHA256, [
    night.externalSystemId,
    night.businessDate,
    sha256,
  ]);
  return rows[0]?.business_date ?? null;
}
