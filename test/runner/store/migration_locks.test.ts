import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { PoolClient } from 'pg';
import { LOCK_MODES, type LockMode, tableLocks } from '../../../runner/core/schema/table_locks.ts';
import { readMigrations } from '../../../runner/store/schema/migration_file.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const MIGRATIONS = path.join(import.meta.dirname, '../../../migrations');

/** The tables and views that are there, by oid. */
async function relations(client: PoolClient): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `select c.oid::bigint::float8 as oid, n.nspname || '.' || c.relname as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('stockflow', 'audit', 'oms') and c.relkind in ('r', 'v')`,
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

async function locksHeld(client: PoolClient): Promise<ReadonlyMap<number, LockMode>> {
  const { rows } = await client.query<{ oid: number; mode: LockMode }>(
    `select relation::bigint::float8 as oid, mode from pg_locks
      where pid = pg_backend_pid() and locktype = 'relation' and mode = any($1)`,
    [LOCK_MODES],
  );
  rows.sort((a, b) => LOCK_MODES.indexOf(a.mode) - LOCK_MODES.indexOf(b.mode));
  return new Map(rows.map(({ oid, mode }) => [oid, mode]));
}

test('the locks that a dry run reads from each migration are those that Postgres takes', async (t) => {
  const { pool } = await testDatabase(t);
  const client = await pool.connect();
  try {
    for (const set of ['runner', 'oms']) {
      for (const { name, sql } of await readMigrations(path.join(MIGRATIONS, set))) {
        const before = await relations(client);
        await client.query('begin');
        await client.query(sql);
        const held = await locksHeld(client);
        await client.query('commit');
        const taken = [...before].flatMap(([oid, table]) => {
          const mode = held.get(oid);
          return mode === undefined ? [] : [`${table} ${mode}`];
        });
        const there = new Set(before.values());
        const read = tableLocks(sql)
          .filter(({ table }) => there.has(table))
          .map(({ table, mode }) => `${table} ${mode}`);
        assert.deepEqual(read.toSorted(), taken.toSorted(), `${set}/${name}`);
      }
    }
  } finally {
    client.release(true);
  }
});

test('each migration since version 0.1.0 says which of them go on', async () => {
  const silent = (await readMigrations(path.join(MIGRATIONS, 'runner')))
    .filter(({ version, sql }) => version > 21 && !/^-- compatible_from: \d{4}$/m.test(sql))
    .map(({ name }) => name);
  assert.deepEqual(
    silent,
    [],
    'add the line -- compatible_from: 0000 to its leading comment: see docs/upgrades.md',
  );
});
