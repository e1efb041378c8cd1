import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { migrate, pendingMigrations } from '../../../runner/store/schema/migrate.ts';
import { MigrationError } from '../../../runner/store/schema/migration_file.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const run = promisify(execFile);
const MIGRATOR = join(import.meta.dirname, '../../support/postgres/migrator.ts');
const SHELF = { '0001_shelf.sql': 'create table shelf (sku text);' };
const SHELF_SHA256 = 'd0fdfe9186b2ce20c211243e566f65007284f29968948b592f01b381aca3f3e1';

async function folder(t: TestContext, files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stockflow-migrations-'));
  t.after(() => rm(directory, { recursive: true }));
  await put(directory, files);
  return directory;
}

async function put(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

const names = (migrations: readonly { name: string }[]) => migrations.map(({ name }) => name);

test('files are applied in order, once, and recorded with their sha256', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { ...SHELF, '0002_row.sql': "insert into shelf values ('A');" });
  const source = { set: 'runner', directory } as const;
  assert.deepEqual(names(await pendingMigrations(pool, source)), ['0001_shelf.sql', '0002_row.sql']);
  assert.deepEqual(names(await migrate(pool, source)), ['0001_shelf.sql', '0002_row.sql']);
  assert.deepEqual(names(await pendingMigrations(pool, source)), []);
  assert.deepEqual(names(await migrate(pool, source)), []);
  assert.equal((await pool.query('select sku from shelf')).rowCount, 1);
  const { rows } = await pool.query('select version, name, sha256 from stockflow.migration order by version');
  // printf %s 'create table shelf (sku text);' | sha256sum
  assert.deepEqual(rows[0], { version: 1, name: '0001_shelf.sql', sha256: SHELF_SHA256 });
});

test('a later file is applied to a database that has the earlier ones', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, SHELF);
  await migrate(pool, { set: 'runner', directory });
  await put(directory, { '0002_more.sql': 'alter table shelf add quantity int;' });
  assert.deepEqual(names(await migrate(pool, { set: 'runner', directory })), ['0002_more.sql']);
});

test('a database that knew two sets by name takes a third', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, SHELF);
  await migrate(pool, { set: 'runner', directory });
  await pool.query(
    "alter table stockflow.migration add constraint set_name_is_known check (set_name in ('runner', 'oms'))",
  );
  const third = await folder(t, { '0001_bin.sql': 'create table bin (bin_id text);' });
  assert.deepEqual(names(await migrate(pool, { set: 'warehouse', directory: third })), ['0001_bin.sql']);
});

test('two sets are kept apart in one database', async (t) => {
  const { pool } = await testDatabase(t);
  const runner = await folder(t, SHELF);
  const oms = await folder(t, { '0001_product.sql': 'create table product (product_id text);' });
  await migrate(pool, { set: 'runner', directory: runner });
  assert.deepEqual(names(await migrate(pool, { set: 'oms', directory: oms })), ['0001_product.sql']);
  assert.deepEqual(names(await migrate(pool, { set: 'runner', directory: runner })), []);
});

test('a missing folder and an empty one mean that there is nothing to apply', async (t) => {
  const { pool } = await testDatabase(t);
  const empty = await folder(t, {});
  for (const directory of [empty, join(empty, 'missing')]) {
    assert.deepEqual(await migrate(pool, { set: 'oms', directory }), []);
    assert.deepEqual(await pendingMigrations(pool, { set: 'oms', directory }), []);
  }
});

test('four processes at once apply each file once', async (t) => {
  const { url, pool } = await testDatabase(t);
  const files: Record<string, string> = {
    '0001_shelf.sql': 'create table shelf (n int); select pg_sleep(0.05);',
  };
  for (let n = 2; n <= 9; n += 1) files[`000${n}_row.sql`] = `insert into shelf values (${n});`;
  const directory = await folder(t, files);
  const processes = await Promise.all(
    [1, 2, 3, 4].map(() => run(process.execPath, [MIGRATOR, url, directory])),
  );
  const applied = processes.flatMap(({ stdout }) => stdout.split(/\s/).filter(Boolean));
  assert.deepEqual(applied.sort(), Object.keys(files));
  assert.equal((await pool.query('select from shelf')).rowCount, 8);
});

test('a failing file is undone, keeps those before it, and is named with its line', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, {
    ...SHELF,
    '0002_bad.sql': 'create table rack ();\n\nselect nonsense;\n',
  });
  await assert.rejects(migrate(pool, { set: 'runner', directory }), (error) => {
    assert.ok(error instanceof MigrationError);
    assert.match(error.message, /0002_bad\.sql:3: column "nonsense" does not exist$/);
    return true;
  });
  assert.equal((await pool.query("select from pg_tables where tablename = 'rack'")).rowCount, 0);
  assert.deepEqual(names(await pendingMigrations(pool, { set: 'runner', directory })), ['0002_bad.sql']);
});

test('a file changed after it was applied is refused by name; other line ends are no change', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { '0001_shelf.sql': 'create table shelf (\n  sku text\n);\n' });
  await migrate(pool, { set: 'runner', directory });
  await put(directory, { '0001_shelf.sql': 'create table shelf (\r\n  sku text\r\n);\r\n' });
  assert.deepEqual(await migrate(pool, { set: 'runner', directory }), []);
  await put(directory, { '0001_shelf.sql': 'create table shelf (sku int);' });
  const refusal = /0001_shelf\.sql was changed after it was applied/;
  await assert.rejects(migrate(pool, { set: 'runner', directory }), refusal);
  await assert.rejects(pendingMigrations(pool, { set: 'runner', directory }), refusal);
});

test('a database newer than the code is refused', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { ...SHELF, '0002_row.sql': 'select 1;' });
  await migrate(pool, { set: 'runner', directory });
  await rm(join(directory, '0002_row.sql'));
  await assert.rejects(migrate(pool, { set: 'runner', directory }), /newer than this code: .* 0002_row\.sql/);
});

test('a file numbered before one that was applied is refused', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { '0002_shelf.sql': 'select 1;' });
  await migrate(pool, { set: 'runner', directory });
  await put(directory, { '0001_late.sql': 'select 1;' });
  await assert.rejects(migrate(pool, { set: 'runner', directory }), /0001_late\.sql is not in the database/);
});

test('a file that ends its own transaction is refused, as a half of it could stay', async (t) => {
  const { pool } = await testDatabase(t);
  const directory = await folder(t, { '0001_own.sql': 'commit; select 1;' });
  await assert.rejects(migrate(pool, { set: 'runner', directory }), /0001_own\.sql: it ends its transaction/);
  assert.deepEqual(names(await pendingMigrations(pool, { set: 'runner', directory })), ['0001_own.sql']);
});

test('badly named files and numbers used twice are refused before anything is applied', async (t) => {
  const { pool } = await testDatabase(t);
  const named = await folder(t, { '1-shelf.sql': 'select 1;' });
  await assert.rejects(
    migrate(pool, { set: 'runner', directory: named }),
    /a migration is named 0001_name\.sql/,
  );
  const twice = await folder(t, { '0001_a.sql': 'select 1;', '0001_b.sql': 'select 1;' });
  await assert.rejects(migrate(pool, { set: 'runner', directory: twice }), /0001_a\.sql and 0001_b\.sql/);
});

test('a role that may not create schemas gets the grant to ask for, and may list what is pending', async (t) => {
  const { url, pool } = await testDatabase(t);
  const role = `clerk_${process.pid}`;
  await pool.query(`create role ${role} login password 'clerk'`);
  const asClerk = new URL(url);
  asClerk.username = role;
  asClerk.password = 'clerk';
  const clerk = createPool(asClerk.href, { applicationName: 'clerk', max: 1 });
  const directory = await folder(t, SHELF);
  try {
    assert.deepEqual(names(await pendingMigrations(clerk, { set: 'runner', directory })), ['0001_shelf.sql']);
    await assert.rejects(
      migrate(clerk, { set: 'runner', directory }),
      /0001_shelf\.sql: permission denied for database .* grant create on database/,
    );
    await migrate(pool, { set: 'runner', directory });
    await pool.query(
      `grant usage on schema stockflow to ${role}; grant select on stockflow.migration to ${role}`,
    );
    assert.deepEqual(await migrate(clerk, { set: 'runner', directory }), [], 'nothing to do needs no rights');
  } finally {
    await clerk.end();
    await pool.query(`drop owned by ${role}; drop role ${role}`);
  }
});
