import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createPool, DatabaseUnreachable } from '../../../../runner/connections/postgres/connect.ts';
import { testDatabase } from '../../../support/postgres/database.ts';

const { pool: admin } = await testDatabase({ after });

test('each test database is its own, and gone when its test is over', async (t) => {
  const names: string[] = [];
  const use = async (lifetime: Parameters<typeof testDatabase>[0]) => {
    const { url, pool } = await testDatabase(lifetime);
    await pool.query('create table mine ()');
    names.push(new URL(url).pathname.slice(1));
  };
  await Promise.all([t.test('one', use), t.test('another', use)]);
  assert.equal(new Set(names).size, 2);
  const { rowCount } = await admin.query('select from pg_database where datname = any($1)', [names]);
  assert.equal(rowCount, 0);
});

test('databases made at the same moment from a template that is not there yet all have its tables', async (t) => {
  const databases = await Promise.all(
    [1, 2, 3, 4].map(() => testDatabase(t, { migrations: ['oms', 'runner'] })),
  );
  for (const { pool } of databases) {
    const { rows } = await pool.query("select to_regclass('stockflow.dag_run') is not null as has_table");
    assert.equal(rows[0].has_table, true);
  }
});

test('a temporary server is gone, with its data, soon after its owner was killed', async () => {
  const owner = spawn(process.execPath, [join(import.meta.dirname, '../../../support/postgres/owner.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  const pool = createPool(String(line).trim(), { applicationName: 'test', max: 1 });
  const { rows } = await pool.query<{ data: string }>("select current_setting('data_directory') as data");
  const data = rows[0]?.data ?? '';
  await pool.end();
  owner.kill('SIGKILL');
  while (await exists(data)) await wait(20);
  const late = createPool(String(line).trim(), { applicationName: 'test', max: 1 });
  await assert.rejects(late.query('select 1'), DatabaseUnreachable);
  await late.end();
});

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
