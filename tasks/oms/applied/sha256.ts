import type { Pool } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';
import type { AppliedReset } from './newest_reset.ts';

const APPLIED_SHA256 = readSql(import.meta.url, './applied_sha256.sql');
const BOOKED_BETWEEN = readSql(import.meta.url, './booked_between.sql');

/** Returns the other night whose reset came from the file with this sha256; null if there is none. */
export async function nightOfAppliedFile(
  pool: Pool,
  night: Night,
  sha256: string,
): Promise<AppliedReset | null> {
  const { rows } = await pool.query<{ business_date: Temporal.PlainDate; snapshot_at: Temporal.Instant }>(
    APPLIED_SHA256,
    [night.externalSystemId, night.businessDate, sha256],
  );
  const [row] = rows;
  return row === undefined ? null : { businessDate: row.business_date, snapshotAt: row.snapshot_at };
}

/** A key for which the external system made a booking. */
export interface BookedKey {
  readonly facility_id: string | null;
  readonly product_id: string;
  /** Net signed units, as text. */
  readonly quantity: string;
}

/**
 * Returns a key of these products whose count the external system changed after one snapshot and up to another; null
 * for none.
 */
export async function bookedBetween(
  pool: Pool,
  { after, until }: { readonly after: Temporal.Instant; readonly until: Temporal.Instant },
  productIds: readonly string[],
): Promise<BookedKey | null> {
  const { rows } = await pool.query<BookedKey>(BOOKED_BETWEEN, [after, until, productIds]);
  return rows[0] ?? null;
}
