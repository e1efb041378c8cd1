/** Code and databases of different versions, and migrations beside sessions that are at work. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Pool } from 'pg';
import { PLAN_COLUMNS, planMigrations } from '../../../runner/commands/migrate/dry_run.ts';
import { migrate, pendingMigrations } from '../../../runner/store/schema/migrate.ts';
import { MigrationError } from '../../../runner/store/schema/migration_file.ts';
import { SchemaMismatch, schemaMismatch } from '../../../runner/store/schema/schema_mismatch.ts';
import { registerWorker } from '../../../runner/store/worker/worker.ts';
import { rowObject } from '../../../runner/view/listing.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';

const SHELF = { '0001_shelf.sql': 'create table stockflow.shelf (sku text);' };
/** The part of the runner's table that tells which workers live. */
const WORKER = `create table stockflow.worker (worker_id bigint primary key generated always as identity, host text,
  pid integer, code_version text, concurrency integer, started_at timestamptz default now(), heartbeat_at timestamptz,
  lease_expires_at timestamptz, stopped_at timestamptz, lost_at timestamptz, schema_version integer default 1);`;

async function folder(t: TestContext, files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-versions-'));
  t.after(() => rm(directory, { recursive: true }));
  await put(directory, files);
  return directory;
}

async function put(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
}

const names = (migrations: readonly { name: string }[]) => migrations.map(({ name }) => name);

/** A folder of the version before, and one with `later` besides, which the database has. */
async function twoVersions(t: TestContext, pool: Pool, later: Record<string, string>) {
  const before = { set: 'runner', directory: await folder(t, SHELF) };
  const after = { set: 'runner', directory: await folder(t, { ...SHELF, ...later }) };
  await migrate(pool, after);
  return { before, after };
}

test('a version works on a database whose later migrations promise it, and leaves it and its rights as they are', async (t) => {
  const { pool } = await testDatabase(t);
  const { before } = await twoVersions(t, pool, {
    '0002_bin.sql': '-- Bins.\n-- compatible_from: 0001\ncreate table stockflow.bin ();',
  });
  await put(before.directory, { 'roles.sql': 'drop table stockflow.bin;' });
  assert.deepEqual(await pendingMigrations(pool, before), []);
  assert.deepEqual(await migrate(pool, before), []);
  assert.equal((await pool.query('select from stockflow.bin')).rowCount, 0, 'its rights file was not run');
  assert.equal(await schemaMismatch(pool, 1), null);
});

test('a version is refused on a database with a later migration that does not promise it, also behind one that does', async (t) => {
  const { pool } = await testDatabase(t);
  const { before } = await twoVersions(t, pool, {
    '0002_bin.sql': 'alter table stockflow.shelf rename to rack;',
    '0003_tag.sql': '-- Tags.\n-- compatible_from: 0002\ncreate table stockflow.tag ();',
  });
  const refusal = (error: unknown) => {
    assert.ok(error instanceof SchemaMismatch);
    assert.equal(
      error.message,
      'the database is newer than this code: it has the runner migration 0003_tag.sql, and works with versions that know ' +
        '0002; this one knows 0001',
    );
    return true;
  };
  await assert.rejects(pendingMigrations(pool, before), refusal);
  await assert.rejects(migrate(pool, before), refusal);
  refusal(await schemaMismatch(pool, 1));
  assert.equal(await schemaMismatch(pool, 2), null);
});

test('a version is refused on a database that is older than it, and on an empty one', async (t) => {
  const { pool } = await testDatabase(t);
  assert.match(
    String(await schemaMismatch(pool, 3)),
    /older than this code: it has no runner migration, .* needs 0003/,
  );
  await migrate(pool, { set: 'runner', directory: await folder(t, SHELF) });
  assert.match(
    String(await schemaMismatch(pool, 3)),
    /it has the runner migrations up to 0001_shelf\.sql, and this version needs 0003/,
  );
});

test('a promise that is none is refused with its line, before anything is applied', async (t) => {
  const { pool } = await testDatabase(t);
  for (const text of ['21', '0003', 'soon', '']) {
    const directory = await folder(t, { '0002_bin.sql': `-- Bins.\n-- compatible_from: ${text}\nselect 1;` });
    await assert.rejects(migrate(pool, { set: 'runner', directory }), (error) => {
      assert.ok(error instanceof MigrationError);
      assert.match(
        error.message,
        /0002_bin\.sql: compatible_from is the number of a migration, at most its own/,
      );
      assert.ok(error.message.endsWith(`found "${text}"`));
      return true;
    });
  }
});

test('nothing is applied while a live worker does not go on with all of it, and the worker is named', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { '0001_worker.sql': `${WORKER}` });
  const source = { set: 'runner', directory };
  await migrate(pool, source);
  const register = (pid: number, schemaVersion: number) =>
    registerWorker(pool, { host: 'h1', pid, codeVersion: '0.9', concurrency: 4, schemaVersion }, 60_000);
  const worker = await register(7, 1);
  await register(8, 2);
  await put(directory, {
    '0002_bin.sql': '-- compatible_from: 0001\ncreate table stockflow.bin ();',
    '0003_tag.sql': '-- compatible_from: 0002\ncreate table stockflow.tag ();',
  });
  await assert.rejects(migrate(pool, source), (error) => {
    assert.ok(error instanceof MigrationError);
    assert.match(
      error.message,
      /0003_tag\.sql works with workers that know 0002, and worker 1 \(h1, pid 7, version 0\.9\) does not/,
    );
    return true;
  });
  const planned = (await planMigrations(pool, [source])).slice(1).map((row) => rowObject(PLAN_COLUMNS, row));
  assert.deepEqual(
    planned.map(({ name, workers, workers_from }) => [name, workers, workers_from]),
    [
      ['0002_bin.sql', 'continue', '0001'],
      ['0003_tag.sql', 'stop', '0002'],
    ],
    'a worker of the schema as it is has seen neither',
  );
  await pool.query('update stockflow.worker set stopped_at = now() where worker_id = $1', [worker]);
  assert.deepEqual(
    names(await migrate(pool, source)),
    ['0002_bin.sql', '0003_tag.sql'],
    'the other one goes on',
  );
});

test('a file that finds a table locked lets others through, and is applied once the lock is gone', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, SHELF);
  const source = { set: 'runner', directory };
  await migrate(pool, source);
  await put(directory, { '0002_more.sql': 'alter table stockflow.shelf add quantity int;' });
  const reader = await pool.connect();
  try {
    await reader.query("set application_name = 'a long report'; begin; select from stockflow.shelf");
    await assert.rejects(migrate(pool, source, { lockedForMs: 1 }), (error) => {
      assert.ok(error instanceof MigrationError);
      assert.match(error.message, /0002_more\.sql: canceling statement due to lock timeout, tried for 0 s/);
      assert.match(error.message, /Open transactions: "a long report" \(pid \d+, for \d+ s\)/);
      return true;
    });
    const migrated = migrate(pool, source);
    const isWaiting = async () =>
      (await pool.query("select from pg_locks where not granted and relation = 'stockflow.shelf'::regclass"))
        .rowCount;
    await until('the migration to wait', async () => ((await isWaiting()) === 1 ? true : null));
    // It queues behind the migration, which gives way within its lock timeout.
    await pool.query('select from stockflow.shelf');
    await reader.query('commit');
    assert.deepEqual(names(await migrated), ['0002_more.sql']);
  } finally {
    reader.release(true);
  }
});
