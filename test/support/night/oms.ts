/** Reads the content of an OMS in a form in which two readings can be compared. */
import type { Pool } from 'pg';

/** The tables that the variance task fills before anything is applied: no count depends on them alone. */
export const FREEZE_TABLES = [
  'inventory_sync_freeze',
  'inventory_sync_expectation',
  'inventory_sync_held_key',
] as const;

/** The tables to which each proof of a night adds, whether the night is new or not. */
const PROOF_TABLE = 'inventory_sync_proof';

/**
 * Row count and digest of every table of schema oms but the proof's, by name: equal where no row was added, changed or
 * removed.
 */
export async function omsDigest(
  pool: Pool,
  { except = [] }: { readonly except?: readonly string[] } = {},
): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'oms' and tablename <> all($1) order by tablename`,
    [[...except, PROOF_TABLE]],
  );
  // One statement: a session for each table would cost more than the digests.
  const digests = tables.map(
    ({ name }) =>
      `select '${name}' as name,
              count(*) || ' rows ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text collate "C")), '') as digest
         from oms.${name} t`,
  );
  const { rows } = await pool.query<{ name: string; digest: string }>(digests.join(' union all '));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
