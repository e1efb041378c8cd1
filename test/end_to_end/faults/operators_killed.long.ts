import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { startDemoServer } from '../../runner/connections/sftp/suite.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { startWorkerProcess } from '../../support/engine/processes.ts';
import { startHttpReceiver } from '../../support/http_receiver.ts';
import { startProxy } from '../../support/tcp_proxy.ts';
import { until } from '../../support/until.ts';
import { twoPartners } from '../../tasks/transfer/two_partners.ts';

const TASKS = path.join(import.meta.dirname, '../../../tasks');
const FILE = 'store,units\n'.padEnd(400_000, 'S1,3\n');
const BOOK = 'test/fixtures/sql/book_held.sql';

const HEAD = `timezone: UTC
schedule: null
default_args: {retries: 3, retry_delay: 0s}
tasks:
`;
const bookOnce = (store: string) =>
  `  - {task_id: book, type: sql, with: {connection: shop, statement: ${BOOK}, values: [${store}], once: true, output: row_count}}\n`;
const POST =
  '  - {task_id: post, type: http, with: {connection: api, method: POST, path: /counts, json: {units: 3}}}\n';
const MOVE =
  '  - {task_id: move, type: transfer, with: {action: move, from: "sftp://a/out/counts.csv", to: "sftp://b/in"}}\n';

/** Writes its pid into a file, and ends once a second file is gone. */
function command(file: string): string {
  const script = 'echo $$ >> "$1"; while [ -e "$1.held" ]; do sleep 0.02; done; echo {}';
  const list = JSON.stringify(['sh', '-c', script, 'sh', file]);
  return `  - {task_id: command, type: shell, with: {command: ${list}, output: last_json_line}}\n`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Holds the lock for which the statement of the fixture waits. */
async function heldLock(pool: Pool): Promise<{ release(): void } & AsyncDisposable> {
  const holder = await pool.connect();
  await holder.query('select pg_advisory_lock(17)');
  let isHeld = true;
  const release = () => {
    if (isHeld) holder.release(true);
    isHeld = false;
  };
  return { release, [Symbol.asyncDispose]: async () => release() };
}

test('what each operator promises holds over workers killed in its middle and after its work', async (t) => {
  const { byName } = await loadTaskTypes(TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool, url } = engine;
  await pool.query('create table booking (store text)');
  await pool.query(
    'create table stockflow_sql_done (key text primary key, output jsonb, done_at timestamptz not null default now())',
  );
  const api = await startHttpReceiver(t);
  const server = await startDemoServer();
  t.after(() => server[Symbol.asyncDispose]());
  const proxy = await startProxy({ target: { port: server.port } });
  t.after(() => proxy[Symbol.asyncDispose]());
  const partners = await twoPartners({ ...server, port: proxy.port }, 'night');
  await partners.put('a/out/counts.csv', FILE);
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-operators-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'pids');
  const pids = async () =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
  const start = async (failAt = '') => {
    process.env.STOCKFLOW_FAIL_AT = failAt;
    const connections = { STOCKFLOW_CONN_SHOP: url, STOCKFLOW_CONN_API: api.url, ...partners.env };
    try {
      return await startWorkerProcess(t, { url, tasksDir: TASKS, leaseMs: 1_000, connections });
    } finally {
      delete process.env.STOCKFLOW_FAIL_AT;
    }
  };
  const dags = {
    booking: bookOnce('S1'),
    posting: POST,
    all: `${bookOnce('S2')}${POST}${MOVE}${command(file)}`,
  };
  for (const [dagId, tasks] of Object.entries(dags))
    assert.deepEqual(await engine.writeDag(dagId, `dag_id: ${dagId}\n${HEAD}${tasks}`), []);

  // Killed after the work, before its result is recorded.
  const after = [];
  for (const dagId of ['booking', 'posting']) {
    after.push(engine.run(dagId));
    const worker = await start('run.worked:1');
    assert.equal(await worker.ended, 'SIGKILL');
  }

  // Killed in the middle of all four.
  await using lock = await heldLock(pool);
  await writeFile(`${file}.held`, '');
  const held: ServerResponse[] = [];
  const keys = () => api.received.map(({ headers }) => headers['idempotency-key']);
  const first = await start();
  for (const one of await Promise.all(after.slice(1))) assert.equal(one.run.state, 'success');
  api.answer((response) => void held.push(response));
  proxy.stallAfterBytes({ direction: 'to_server', count: 150_000 });
  const all = engine.run('all');
  await until('the middle of the request', async () => held.length > 0);
  await until('the middle of the command', async () => (await pids()).length > 0);
  await until('the middle of the move', async () =>
    Object.keys(await partners.held()).some((name) => name.endsWith('.part')),
  );
  await until('the middle of the statement', async () => {
    const { rowCount } = await pool.query(
      "select from pg_locks where locktype = 'advisory' and objid = 17 and not granted",
    );
    return (rowCount ?? 0) >= 1;
  });
  first.signal('SIGKILL');
  const [orphan = 0] = await pids();
  await until('the command of the killed worker to end', async () => !isAlive(orphan));
  api.answer((response) => void response.end('{}'));
  proxy.heal();
  lock.release();
  await rm(`${file}.held`);
  await start();
  const ended = await all;
  assert.deepEqual(ended.states, { book: 'success', post: 'success', move: 'success', command: 'success' });
  assert.equal((await Promise.all(after))[0]?.run.state, 'success');

  // sql with once: exactly once, whichever side of the commit its worker died on.
  const { rows } = await pool.query<{ store: string }>('select store from booking order by store');
  assert.deepEqual(rows, [{ store: 'S1' }, { store: 'S2' }]);
  // http: at least once, under one key for each task instance, so that the server can act once.
  const [a, b, c, d, ...more] = keys();
  assert.deepEqual([a === b, c === d, a === c, more], [true, true, false, []]);
  // transfer: whole, once, and nothing of the killed attempt is left.
  assert.deepEqual(await partners.held(), { 'b/in/counts.csv': FILE });
  // shell: once for each attempt, and never two at once.
  assert.equal((await pids()).length, 2);
});
