import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test, { after, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import {
  ConnectionLost,
  connectDatabase,
  createPool,
  DatabaseUnreachable,
  isDatabaseUnavailable,
} from '../../../../runner/connections/postgres/connect.ts';
import { freePort } from '../../../../runner/connections/postgres/embedded/port.ts';
import { PoolExhausted } from '../../../../runner/connections/postgres/errors.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { startProxy } from '../../../support/tcp_proxy.ts';

const { url, pool: admin } = await testDatabase({ after });
const SECRET = 'canary-7f3a';

function poolOn(t: TestContext, address: string, options: Partial<Parameters<typeof createPool>[1]> = {}) {
  const pool = createPool(address, { applicationName: 'pool test', max: 2, ...options });
  t.after(() => pool.end());
  return pool;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, 'it did not fail');
  return error;
}

test('an unreachable database is named by host and port, and its password by nothing', async (t) => {
  const port = await freePort();
  const pool = poolOn(t, `postgres://clerk:${SECRET}@127.0.0.1:${port}/stock`);
  for (const attempt of [() => pool.query('select 1'), () => pool.connect()]) {
    const error = await failure(attempt());
    assert.ok(error instanceof DatabaseUnreachable);
    assert.equal(error.code, 'ECONNREFUSED');
    assert.deepEqual(error.address, { host: '127.0.0.1', port, database: 'stock' });
    assert.match(error.message, new RegExp(`stock at 127.0.0.1:${port}: .*ECONNREFUSED`));
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(SECRET));
    assert.ok(isDatabaseUnavailable(error));
  }
});

test('a refused log-in and a missing database are unreachable too, with their SQLSTATE and without the password', async () => {
  const wrongUser = new URL(url);
  wrongUser.username = 'nobody_here';
  wrongUser.password = SECRET;
  const login = await failure(connectDatabase({ DATABASE_URL: wrongUser.href }));
  assert.ok(login instanceof DatabaseUnreachable);
  assert.ok(!inspect(login, { depth: 9, showHidden: true }).includes(SECRET));
  const missing = new URL(url);
  missing.pathname = '/not_here';
  const absent = await failure(connectDatabase({ DATABASE_URL: missing.href }));
  assert.ok(absent instanceof DatabaseUnreachable);
  assert.equal(absent.code, '3D000');
});

test('a server that accepts and says nothing is unreachable after the time-out', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const pool = poolOn(t, `postgres://a:${SECRET}@127.0.0.1:${address.port}/b`, { connectTimeoutMs: 100 });
  assert.ok((await failure(pool.query('select 1'))) instanceof DatabaseUnreachable);
});

test('waiting in vain for a free session is not reported as an unreachable database', async (t) => {
  // Long enough to open the first session on a crowded machine.
  const pool = poolOn(t, url, { max: 1, connectTimeoutMs: 2_000 });
  const client = await pool.connect();
  const error = await failure(pool.query('select 1'));
  client.release();
  assert.ok(error instanceof PoolExhausted);
  assert.match(error.message, /all 1 sessions of pool test/);
});

test('a statement past its time-out is ended by the server', async (t) => {
  const pool = poolOn(t, url, { statementTimeoutMs: 50 });
  const error = await failure(pool.query('select pg_sleep(60)'));
  assert.equal('code' in error && error.code, '57014');
  assert.equal(isDatabaseUnavailable(error), false);
});

test('a killed idle session is reported, and the pool goes on', async (t) => {
  const lost = Promise.withResolvers<Error>();
  const pool = poolOn(t, url, { onIdleError: lost.resolve });
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  assert.ok((await lost.promise) instanceof ConnectionLost);
  assert.equal((await pool.query('select 1 as one')).rows[0].one, 1);
});

test('a session that breaks while a caller holds it fails the next statement, not the process', async (t) => {
  await using proxy = await startProxy({ target: { port: Number(new URL(url).port) } });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const pool = poolOn(t, through.href);
  const client = await pool.connect();
  const broken = Promise.withResolvers<void>();
  client.once('end', broken.resolve);
  proxy.cut();
  await broken.promise;
  const error = await failure(client.query('select 1'));
  client.release(error);
  assert.ok(error instanceof ConnectionLost);
  assert.ok(isDatabaseUnavailable(error));
  assert.equal((await pool.query('select 1 as one')).rows[0].one, 1);
});

test('a statement under way when the connection is cut fails with ConnectionLost, from a pool and from a client', async (t) => {
  await using proxy = await startProxy({ target: { port: Number(new URL(url).port) } });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const pool = poolOn(t, through.href);
  const client = await pool.connect();
  const running = [failure(client.query('select pg_sleep(60)')), failure(pool.query('select pg_sleep(60)'))];
  await untilSleeping(2);
  proxy.cut();
  for (const error of await Promise.all(running)) assert.ok(error instanceof ConnectionLost, String(error));
  client.release(true);
});

async function untilSleeping(count: number): Promise<void> {
  for (;;) {
    const { rows } = await admin.query<{ sleeping: number }>(
      `select count(*) as sleeping from pg_stat_activity
        where application_name = 'pool test' and wait_event = 'PgSleep'`,
    );
    if (rows[0]?.sleeping === count) return;
  }
}
