import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { migrate } from '../../../runner/store/schema/migrate.ts';
import { type Lifetime, testDatabase } from '../../support/postgres/database.ts';
import { cliProject } from '../commands/cli_project.ts';

const MIGRATIONS = `${import.meta.dirname}/../../../migrations`;

/** A migrated database with its queue, and the URL of a new login role that has `role` and nothing else. */
async function databaseWithLogin(lifetime: Lifetime, role: string) {
  const { url, pool } = await testDatabase(lifetime, { migrations: ['runner', 'queue'] });
  await migrate(pool, { set: 'runner', directory: `${MIGRATIONS}/runner` });
  const name = `login_${randomBytes(4).toString('hex')}`;
  await pool.query(`create role ${name} login password 'secret' in role ${role}`);
  const asLogin = new URL(url);
  asLogin.username = name;
  asLogin.password = 'secret';
  return { pool, url: asLogin.href, dropLogin: () => pool.query(`drop role ${name}`) };
}

async function asLogin<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(url, { applicationName: 'stockflow test login', max: 2 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

const DAG = `
dag_id: quick
timezone: UTC
schedule: null
tasks:
  - {task_id: first, type: step}
  - {task_id: failing, type: step, depends_on: [first], allow_failure: true, with: {fail: "as it should"}}
  - {task_id: last, type: step, depends_on: [first]}
`;

const TOLD = `
dag_id: told
timezone: UTC
schedule: null
alerts: [{to: [chat]}]
tasks:
  - {task_id: failing, type: step, with: {fail: "as it should"}}
`;

test('a worker whose role is stockflow_worker only works a DAG from its file to the seal of its events', async (t) => {
  const { url, pool, dropLogin } = await databaseWithLogin(t, 'stockflow_worker');
  const project = await cliProject(t, { DATABASE_URL: url });
  await project.write('dags/quick.yaml', DAG);
  await project.write('dags/told.yaml', TOLD);
  const worker = project.start(['worker']);
  await worker.said('working; Ctrl-C stops');
  const triggered = await project.run(['trigger', 'quick', '--wait', '--timeout', '60s', '-o', 'json']);
  assert.equal(triggered.code, 0, triggered.stderr);
  const cleared = await project.run(['tasks', 'clear', 'quick', '--task', 'last']);
  assert.equal(cleared.code, 0, cleared.stderr);
  const failed = await project.run(['trigger', 'told', '--wait', '--timeout', '60s']);
  assert.equal(failed.code, 1, failed.stderr);
  const marked = await project.run([
    'tasks',
    'mark',
    'told',
    'failing',
    '--state',
    'success',
    '--reason',
    'done by hand',
  ]);
  assert.equal(marked.code, 0, marked.stderr);
  const logs = await project.run(['tasks', 'logs', 'quick', 'first', '-o', 'json']);
  assert.equal(JSON.parse(logs.stdout).length > 0, true, logs.stderr);
  for (;;) {
    const { rows } = await pool.query<{ unsealed: number }>(
      `select (select count(*) from stockflow.event) - (select sum(event_count) from stockflow.event_seal) as unsealed`,
    );
    if (rows[0]?.unsealed === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  worker.kill('SIGTERM');
  const ended = await worker.ended;
  assert.equal(ended.code, 0, ended.stderr);
  assert.doesNotMatch(ended.stderr, /permission denied|maintenance failed|must be owner/);
  const { rows } = await pool.query(
    `select action, count(*)::integer as count from stockflow.event where action in ('dag.added', 'run.created', 'task.failed', 'task.cleared')
      group by action order by action`,
  );
  assert.deepEqual(rows, [
    { action: 'dag.added', count: 2 },
    { action: 'run.created', count: 2 },
    { action: 'task.cleared', count: 1 },
    { action: 'task.failed', count: 2 },
  ]);
  const { rows: told } = await pool.query(
    'select kind, channel, closed_at is not null as closed from audit.alert order by at',
  );
  assert.deepEqual(told, [
    { kind: 'failed', channel: 'chat', closed: true },
    { kind: 'recovered', channel: 'chat', closed: false },
  ]);
  await dropLogin();
});

test('a worker cannot change what is recorded, date an event back, or define anything', async (t) => {
  const { url, pool, dropLogin } = await databaseWithLogin(t, 'stockflow_worker');
  await asLogin(url, async (worker) => {
    await worker.query(`insert into stockflow.event (actor, channel, action) values ('w', 'worker', 'x')`);
    for (const statement of [
      `update stockflow.event set reason = 'y'`,
      'delete from stockflow.event',
      'truncate stockflow.event',
      `insert into stockflow.event (at, actor, channel, action) values ('2020-01-01', 'w', 'worker', 'x')`,
      `insert into stockflow.event (event_id, actor, channel, action) overriding system value values (99, 'w', 'worker', 'x')`,
      `insert into stockflow.event (transaction_id, actor, channel, action) values ('3', 'w', 'worker', 'x')`,
      `update stockflow.event_seal set seal_id = 2`,
      'delete from stockflow.event_seal',
      'truncate stockflow.event_seal',
      'delete from stockflow.dag_run',
      'delete from stockflow.task_attempt',
      `update stockflow.dag_version set source = ''`,
      `update stockflow.file set sha256 = repeat('0', 64)`,
      `update stockflow.task_log set message = ''`,
      `update stockflow.migration set sha256 = ''`,
      'select * from audit.event',
      'delete from graphile_worker.migrations',
    ]) {
      await assert.rejects(worker.query(statement), /permission denied/, statement);
    }
    for (const statement of [
      'alter table stockflow.event disable trigger all',
      'drop trigger event_is_append_only on stockflow.event',
      'alter table stockflow.event add column x text',
      'drop table stockflow.event_seal',
      'drop view audit.event',
    ]) {
      await assert.rejects(worker.query(statement), /must be owner|permission denied/, statement);
    }
    for (const statement of [
      'create table stockflow.x (y integer)',
      'create table audit.x (y integer)',
      `set session_replication_role = 'replica'`,
      'set role stockflow_auditor',
    ]) {
      await assert.rejects(worker.query(statement), /permission denied/, statement);
    }
  });
  assert.equal((await pool.query('select from stockflow.event')).rowCount, 1);
  await dropLogin();
});

test('every table has a decided right for workers, and rights are given anew by each migrate', async (t) => {
  const { pool, url, dropLogin } = await databaseWithLogin(t, 'stockflow_worker');
  const { rows } = await pool.query<{ table: string }>(
    `select c.relname::text as table from pg_class c
      where c.relnamespace = 'stockflow'::regnamespace and c.relkind = 'r'
        and not has_table_privilege('stockflow_worker', c.oid, 'select')`,
  );
  assert.deepEqual(rows, [], 'name them in migrations/runner/roles.sql');
  await pool.query('revoke all on all tables in schema stockflow, graphile_worker from stockflow_worker');
  await pool.query('grant delete on stockflow.dag_run to stockflow_worker');
  await asLogin(url, (worker) =>
    assert.rejects(worker.query('select from stockflow.dag'), /permission denied/),
  );
  assert.deepEqual(await migrate(pool, { set: 'runner', directory: `${MIGRATIONS}/runner` }), []);
  await asLogin(url, async (worker) => {
    await worker.query('select from stockflow.dag, graphile_worker._private_jobs');
    await assert.rejects(worker.query('delete from stockflow.dag_run'), /permission denied/);
    assert.deepEqual(
      await migrate(worker, { set: 'runner', directory: `${MIGRATIONS}/runner` }),
      [],
      'one that owns nothing changes nothing',
    );
  });
  await dropLogin();
});

test('a migrating role that may not create roles goes on without them, and an administrator can add them later', async (t) => {
  const { url, pool } = await testDatabase(t);
  const owner = `owner_${randomBytes(4).toString('hex')}`;
  const missing = `missing_${randomBytes(4).toString('hex')}`;
  await pool.query(`create role ${owner} login password 'secret'`);
  const { rows } = await pool.query<{ name: string }>('select current_database() as name');
  await pool.query(`grant create on database ${rows[0]?.name} to ${owner}`);
  const asOwner = new URL(url);
  asOwner.username = owner;
  asOwner.password = 'secret';
  await asLogin(asOwner.href, async (managed) => {
    // The roles of the whole server are there already; one under another name stands for a server without them.
    const client = await managed.connect();
    try {
      const sql = (await import('node:fs')).readFileSync(`${MIGRATIONS}/runner/roles.sql`, 'utf8');
      await migrate(managed, { set: 'runner', directory: `${MIGRATIONS}/runner` });
      const warnings: string[] = [];
      client.on('notice', ({ message }) => warnings.push(message ?? ''));
      await client.query(sql.replaceAll('stockflow_worker', missing));
      assert.deepEqual(warnings, [`role ${missing} was not created: ${owner} may not create roles`]);
      await pool.query(`create role ${missing} nologin`);
      await client.query(sql.replaceAll('stockflow_worker', missing));
      const { rows: rights } = await client.query(
        `select has_table_privilege($1, 'stockflow.event', 'select') as may_read,
                has_table_privilege($1, 'stockflow.event', 'update') as may_change`,
        [missing],
      );
      assert.deepEqual(rights, [{ may_read: true, may_change: false }]);
    } finally {
      client.release(true);
    }
  });
  await pool.query(`drop owned by ${missing}, ${owner} cascade; drop role ${missing}, ${owner}`);
});
