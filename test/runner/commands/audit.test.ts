import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { withTransaction } from '../../../runner/connections/postgres/connect.ts';
import { sealEvents } from '../../../runner/store/event/seal.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { type CliProject, cliProject } from './cli_project.ts';

const DAG = 'dag_id: quick\ntimezone: UTC\nschedule: null\ntasks:\n  - {task_id: only, type: step}\n';
const DATE = '2026-01-31';

/** A run of `quick` for 2026-01-31, its events sealed; commands log in as an auditor. */
async function audited(t: Parameters<typeof cliProject>[0]) {
  const { url, pool } = await testDatabase(t);
  const project = await cliProject(t, { DATABASE_URL: url });
  await project.write('dags/quick.yaml', DAG);
  assert.equal((await project.run(['migrate'])).code, 0);
  const run = await project.run([
    'trigger',
    'quick',
    '--date',
    DATE,
    '--local',
    '--reason',
    'a "look"',
    '--wait',
  ]);
  assert.equal(run.code, 0, run.stderr);
  while ((await withTransaction(pool, sealEvents)) !== null);
  const name = `auditor_${randomBytes(4).toString('hex')}`;
  await pool.query(`create role ${name} login password 'secret' in role stockflow_auditor`);
  const asAuditor = new URL(url);
  asAuditor.username = name;
  asAuditor.password = 'secret';
  return {
    pool,
    project,
    url,
    env: { DATABASE_URL: asAuditor.href },
    dropRole: () => pool.query(`drop role ${name}`),
  };
}

async function superuserEdits(pool: Pool, statement: string): Promise<void> {
  const client = await pool.connect();
  await client.query(`set session_replication_role = 'replica'`);
  await client.query(statement);
  client.release(true);
}

async function json(project: CliProject, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await project.run([...args, '-o', 'json'], env);
  return { code, stderr, data: JSON.parse(stdout) };
}

test('an auditor lists events, and every wrong option is named with how it is written', async (t) => {
  const { project, env, dropRole } = await audited(t);
  const { code, data } = await json(project, ['audit', 'events', '--dag', 'quick', '--action', 'run'], env);
  assert.equal(code, 0);
  assert.deepEqual(
    data.map((event: Record<string, unknown>) => [event.action, event.dag_id, event.reason]),
    [
      ['run.created', 'quick', 'a "look"'],
      ['run.finished', 'quick', null],
    ],
  );
  const runId = data[0].run_id;
  const events = async (...args: string[]) =>
    (await json(project, ['audit', 'events', ...args], env)).data.map(
      ({ action }: { action: string }) => action,
    );
  assert.deepEqual(await events('--run', String(runId), '--limit', '1'), ['run.finished']);
  assert.deepEqual(await events('--action', 'dag.added', '--since', '1h'), ['dag.added']);
  assert.deepEqual(await events('--since', '2999-01-01'), []);
  assert.deepEqual(await events('--actor', 'nobody'), []);

  const table = await project.run(['audit', 'events', '--run', String(runId)], env);
  assert.match(table.stdout, /^event id\s+at\s+actor\s+action/);
  assert.match(table.stderr, /stockflow audit verify/);
  for (const [option, value, advice] of [
    ['--since', 'yesterday', /Write 2026-01-31, 2026-01-31T05:00Z, or an age such as 7d/],
    ['--run', 'quick', /stockflow runs list shows them/],
    ['--action', 'Task', /noun\.verb/],
    ['--limit', '0', /from 1/],
  ] as const) {
    const { code: refused, stderr } = await project.run(['audit', 'events', option, value], env);
    assert.equal(refused, 2, option);
    assert.match(stderr, advice);
  }
  await dropRole();
});

test('audit verify exits with 0 on a history as it was written, and with 1 naming what a superuser edited', async (t) => {
  const { pool, project, env, dropRole } = await audited(t);
  const good = await json(project, ['audit', 'verify'], env);
  assert.deepEqual([good.code, good.data.problem_count, good.data.unsealed], [0, 0, 0]);
  const head: string = good.data.head;
  const text = await project.run(['audit', 'verify', '--head', head], env);
  assert.equal(text.code, 0);
  assert.match(text.stdout, /nothing was edited, deleted or inserted/);
  assert.match(text.stderr, new RegExp(`audit verify --head ${head}`));

  const unknown = await project.run(['audit', 'verify', '--head', '0'.repeat(64)], env);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stdout, /no seal has the hash 0{64}: seals were changed or removed/);
  assert.equal((await project.run(['audit', 'verify', '--head', 'abc'], env)).code, 2);

  await superuserEdits(pool, `update stockflow.event set actor = 'joe' where action = 'run.created'`);
  const bad = await json(project, ['audit', 'verify'], env);
  assert.equal(bad.code, 1);
  const { rows } = await pool.query<{ id: number }>(
    `select event_id as id from stockflow.event where action = 'run.created'`,
  );
  assert.deepEqual(
    bad.data.problems.map((problem: Record<string, unknown>) => [
      problem.event_id,
      /: edited$/.test(`${problem.what}`),
    ]),
    [[rows[0]?.id, true]],
  );
  assert.match((await project.run(['audit', 'verify'], env)).stdout, /1 thing does not agree/);
  await dropRole();
});

test('a date is exported whole with checksums that sha256sum and audit verify check, and never over another folder', async (t) => {
  const { pool, project, url, env, dropRole } = await audited(t);
  const { url: warehouse, pool: warehousePool } = await testDatabase(t);
  await warehousePool.query(`create schema audit;
    create table audit.stock_move (business_date date, sku text, note text);
    create table audit.undated (x integer);
    insert into audit.stock_move values ('${DATE}', '=1+1', 'a, "b"'), ('${DATE}', 'B', null), ('2026-02-01', 'C', null)`);
  // The runner's own database under the name of a connection is not exported twice.
  const connections = { ...env, STOCKFLOW_CONN_STOCK: warehouse, STOCKFLOW_CONN_SELF: url };

  const exported = await json(project, ['audit', 'export', '--date', DATE, '--to', 'out/jan'], connections);
  assert.equal(exported.code, 0, exported.stderr);
  assert.deepEqual(
    exported.data.map(({ name, rows }: { name: string; rows: number }) => [name, rows]),
    [
      ['run.jsonl', 1],
      ['task.jsonl', 1],
      ['attempt.jsonl', 1],
      ['file.jsonl', 0],
      ['approval.jsonl', 0],
      ['event.jsonl', 2],
      ['missing_date.jsonl', 0],
      ['dag_version.jsonl', 1],
      ['stock.stock_move.jsonl', 2],
    ],
  );
  const folder = path.join(project.dir, 'out/jan');
  assert.deepEqual(
    (await readdir(path.join(project.dir, 'out'))).filter((name) => name.startsWith('.')),
    [],
  );
  const { stdout: summed } = await promisify(execFile)('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder });
  assert.equal(summed.trim().split('\n').length, 10);
  const [run] = (await readFile(path.join(folder, 'run.jsonl'), 'utf8')).trim().split('\n');
  assert.deepEqual(
    [JSON.parse(run ?? '').dag_id, JSON.parse(run ?? '').business_date, JSON.parse(run ?? '').reason],
    ['quick', DATE, 'a "look"'],
  );
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'));
  const { rows: seals } = await pool.query<{ hash: string }>(
    'select hash from stockflow.event_seal order by seal_id desc limit 1',
  );
  assert.equal(manifest.head.hash, seals[0]?.hash);

  const again = await project.run(['audit', 'export', '--date', DATE, '--to', 'out/jan'], connections);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /out\/jan is there already/);

  const csv = await project.run(['audit', 'export', '--date', DATE, '--format', 'csv'], connections);
  assert.equal(csv.code, 0, csv.stderr);
  assert.match(csv.stderr, /stockflow audit verify audit_2026-01-31/);
  assert.equal(
    await readFile(path.join(project.dir, `audit_${DATE}/stock.stock_move.csv`), 'utf8'),
    `business_date,sku,note\n${DATE},'=1+1,"a, ""b"""\n${DATE},B,\n`,
  );

  const away = await project.run(['audit', 'export', '--date', DATE, '--to', 'out/away'], {
    ...env,
    STOCKFLOW_CONN_STOCK: 'postgres://x@127.0.0.1:1/x',
  });
  assert.equal(away.code, 5);
  assert.deepEqual(await readdir(path.join(project.dir, 'out')), ['jan'], 'no half folder is left');

  const whole = await project.run(['audit', 'verify', 'out/jan'], { DATABASE_URL: 'postgres://nowhere:1/x' });
  assert.equal(whole.code, 0, whole.stderr);
  await appendFile(path.join(folder, 'event.jsonl'), '{}\n');
  await rm(path.join(folder, 'task.jsonl'));
  await writeFile(path.join(folder, 'more.jsonl'), '');
  const broken = await json(project, ['audit', 'verify', 'out/jan'], {});
  assert.equal(broken.code, 1);
  assert.deepEqual(
    broken.data
      .filter(({ state }: { state: string }) => state !== 'ok')
      .map(({ name, state }: { name: string; state: string }) => [name, state.split(': ').at(-1)]),
    [
      ['task.jsonl', 'missing'],
      ['event.jsonl', 'changed'],
      ['more.jsonl', 'added'],
    ],
  );
  assert.equal((await project.run(['audit', 'verify', 'nowhere'])).code, 4);
  await dropRole();
});

test('a role without the audit, and a database without it, get an error with what to do', async (t) => {
  const { url, pool } = await testDatabase(t);
  const project = await cliProject(t, { DATABASE_URL: url });
  const bare = await project.run(['audit', 'events']);
  assert.equal(bare.code, 1);
  assert.match(bare.stderr, /no views of the audit, or old ones: run stockflow migrate/);
  assert.equal((await project.run(['migrate'])).code, 0);
  const name = `nobody_${randomBytes(4).toString('hex')}`;
  await pool.query(`create role ${name} login password 'secret'`);
  const asNobody = new URL(url);
  asNobody.username = name;
  asNobody.password = 'secret';
  const refused = await project.run(['audit', 'verify'], { DATABASE_URL: asNobody.href });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /may not read the audit; let an owner grant stockflow_auditor to it/);
  await pool.query(`drop role ${name}`);
});
