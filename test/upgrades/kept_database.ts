import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Pool } from 'pg';
import { type Lifetime, type TestDatabase, testDatabase } from '../support/postgres/database.ts';

/** Its dump names a role in a policy; roles belong to the server, and another test may be making it. */
const MAKE_ROLES = `do $$ begin
  create role stockflow_worker nologin;
exception when duplicate_object or unique_violation then null;
end $$`;

/** Returns a new database with what was kept of a version. */
export async function loadKeptDatabase(lifetime: Lifetime, name: string): Promise<TestDatabase> {
  const database = await testDatabase(lifetime);
  const dump = gunzipSync(await readFile(path.join(import.meta.dirname, `databases/${name}.sql.gz`)));
  const client = await database.pool.connect();
  try {
    await client.query(MAKE_ROLES);
    await client.query(dump.toString('utf8'));
  } finally {
    // The dump leaves the session without a search path.
    client.release(true);
  }
  return database;
}

/** The columns of each table of the runner, and a digest of its rows in these columns. */
export type RowDigests = ReadonlyMap<string, { readonly columns: string; readonly digest: string }>;

/** Returns digests of all rows of the runner but the list of its migrations. */
export async function digestRows(pool: Pool): Promise<RowDigests> {
  const { rows } = await pool.query<{ table: string; columns: string }>(
    `select table_name as table, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = 'stockflow' and table_type = 'BASE TABLE' and table_name <> 'migration'
      group by table_name order by table_name`,
  );
  const digests = new Map<string, { columns: string; digest: string }>();
  for (const { table, columns } of rows)
    digests.set(table, { columns, digest: await digestOf(pool, table, columns) });
  return digests;
}

/** Returns the digests of the same tables and columns as they are now. */
export async function digestAgain(pool: Pool, before: RowDigests): Promise<RowDigests> {
  const digests = new Map<string, { columns: string; digest: string }>();
  for (const [table, { columns }] of before)
    digests.set(table, { columns, digest: await digestOf(pool, table, columns) });
  return digests;
}

async function digestOf(pool: Pool, table: string, columns: string): Promise<string> {
  const { rows } = await pool.query<{ digest: string }>(
    `select count(*) || ' rows, ' || coalesce(md5(string_agg(line, E'\\n' order by line)), '') as digest
       from (select row(${columns})::text as line from stockflow.${table}) as l`,
  );
  return rows[0]?.digest ?? '';
}

/** Ends all waits and leases of the kept database, whatever the clock of this machine says. */
export async function endWaits(pool: Pool): Promise<void> {
  await pool.query(`
    update stockflow.task_instance set wake_at = now() where wake_at > now();
    update stockflow.worker set lease_expires_at = now() where lease_expires_at > now();
    update graphile_worker._private_jobs set run_at = now() where run_at > now()`);
}
