import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';

const UNDONE_ENTRIES = readSql(import.meta.url, './undone_entries.sql');
const NAMED_MAX = 50;
/** How long before the snapshot an entry may be dated to count as one that the external system did not know yet. */
const RECENT = '24 hours';

/** Keys whose reset reverses exactly what the OMS had recorded shortly before the snapshot. */
export interface UndoneEntries {
  readonly count: number;
  /** At most 50; `quantity` is the amount that the OMS had recorded, in signed units. */
  readonly first: readonly (Readonly<Record<'facility_id' | 'product_id' | 'sku', string>> & {
    readonly quantity: number;
  })[];
}

/** Compares the planned changes with the ledger; call it before they are posted. */
export async function undoneEntries(client: PoolClient): Promise<UndoneEntries> {
  const { rows } = await client.query<UndoneEntries>(UNDONE_ENTRIES, [RECENT, NAMED_MAX]);
  return rows[0] ?? { count: 0, first: [] };
}
