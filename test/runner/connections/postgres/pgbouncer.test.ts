/** A real PgBouncer in each of its modes, with the settings that it comes with. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import {
  connectDatabase,
  createPool,
  DatabaseUnreachable,
  isDatabaseUnavailable,
  SessionNotKept,
} from '../../../../runner/connections/postgres/connect.ts';
import { isShared, type ServerAnswer } from '../../../../runner/connections/postgres/pooler.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { skipWithoutPgbouncer, startPgbouncer } from '../../../support/postgres/pgbouncer.ts';

const skip = skipWithoutPgbouncer();
const { url } = await testDatabase({ after });

async function poolModeOf(databaseUrl: string): Promise<string> {
  await using database = await connectDatabase({ DATABASE_URL: databaseUrl });
  return database.poolMode;
}

function answers(...of: readonly (readonly [ServerAnswer['session'], number])[]): readonly ServerAnswer[] {
  return of.map(([session, serverPid]) => ({ session, serverPid }));
}

/** Busy with the pooler's other servers, so that it has to choose among several. */
async function occupy(t: TestContext, pooled: string, sessions: number): Promise<void> {
  const pool = createPool(pooled, { applicationName: 'neighbour', max: sessions });
  t.after(() => pool.end());
  await Promise.all(Array.from({ length: sessions }, () => pool.query('select pg_sleep(0.05)')));
}

test('sessions are shared where two were answered by one server, or one by two', () => {
  assert.equal(isShared(answers(['first', 11])), false);
  assert.equal(isShared(answers(['first', 11], ['second', 12], ['first', 11], ['second', 12])), false);
  assert.equal(isShared(answers(['first', 11], ['second', 11])), true);
  assert.equal(isShared(answers(['first', 11], ['second', 12], ['first', 13])), true);
  assert.equal(isShared(answers(['first', 11], ['second', 12], ['first', 12], ['second', 11])), true);
});

test('a database that is connected to without a pooler is direct', async () => {
  assert.equal(await poolModeOf(url), 'direct');
});

test('a pooler in session mode is distinguished from one that shares sessions, also while its other servers are busy', {
  skip,
}, async (t) => {
  const pooled = await startPgbouncer(t, url, { pool_mode: 'session' });
  assert.equal(await poolModeOf(pooled), 'session');
  await occupy(t, pooled, 5);
  assert.equal(await poolModeOf(pooled), 'session');
});

test('a pooler in transaction mode keeps the sessions of a database whose own entry says pool_mode = session, also while busy', {
  skip,
}, async (t) => {
  const database = { url, settings: { pool_mode: 'session', pool_size: 40 } };
  const pooled = await startPgbouncer(t, database, { pool_mode: 'transaction', default_pool_size: 1 });
  await occupy(t, pooled, 5);
  assert.equal(await poolModeOf(pooled), 'session');
});

for (const settings of [
  { pool_mode: 'transaction' },
  { pool_mode: 'transaction', default_pool_size: 1 },
  { pool_mode: 'transaction', server_round_robin: 1 },
  { pool_mode: 'transaction', max_client_conn: 50, ignore_startup_parameters: 'statement_timeout' },
  { pool_mode: 'statement' },
  { pool_mode: 'statement', server_round_robin: 1 },
]) {
  const name = Object.entries(settings).map((setting) => setting.join(' = '));
  test(`a pooler with ${name.join(', ')} is refused with what it breaks and what helps`, {
    skip,
  }, async (t) => {
    const pooled = await startPgbouncer(t, url, settings);
    const isRefused = (error: unknown) => {
      assert.ok(error instanceof SessionNotKept, String(error));
      const { host } = new URL(pooled);
      assert.match(
        error.message,
        new RegExp(`^the pooler at ${host} gives a session of the database test_\\w+ to others`),
      );
      assert.match(error.message, /breaks LISTEN\/NOTIFY, prepared statements and session settings/);
      assert.match(
        error.message,
        /: set pool_mode = session for this database in the pooler, or let DATABASE_URL lead/,
      );
      assert.equal(isDatabaseUnavailable(error), false, 'waiting does not help');
      return true;
    };
    await assert.rejects(poolModeOf(pooled), isRefused);
    if (settings.default_pool_size === 1) return;
    await occupy(t, pooled, 5);
    await assert.rejects(poolModeOf(pooled), isRefused);
  });
}

test('a pooler that has no second session to give is named as such, and waiting for it may help', {
  skip,
}, async (t) => {
  const settings = { pool_mode: 'session', default_pool_size: 1, query_wait_timeout: 1 };
  const pooled = await startPgbouncer(t, url, settings);
  await assert.rejects(poolModeOf(pooled), (error) => {
    assert.ok(error instanceof DatabaseUnreachable, String(error));
    assert.match(
      error.message,
      /the pooler in between gave no second session \(query_wait_timeout\); its default_pool_size/,
    );
    return isDatabaseUnavailable(error);
  });
});

test('the time-outs of a pool are in force in each of its sessions, through a pooler too, and leave with them', {
  skip,
}, async (t) => {
  const pooled = await startPgbouncer(t, url, { pool_mode: 'session', default_pool_size: 1 });
  const settingsOf = async (databaseUrl: string, options: Partial<Parameters<typeof createPool>[1]>) => {
    const pool = createPool(databaseUrl, { applicationName: 'settings', max: 1, ...options });
    const { rows } = await pool.query(
      `select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    await pool.end();
    return rows[0];
  };
  const given = { statementTimeoutMs: 2_500.5, idleInTransactionTimeoutMs: 3_000 };
  for (const databaseUrl of [url, pooled]) {
    assert.deepEqual(await settingsOf(databaseUrl, given), { statement: '2500ms', idle: '3s' });
    assert.deepEqual(await settingsOf(databaseUrl, {}), { statement: '0', idle: '0' });
  }
});

test('a pooler that begins to share sessions under a running worker is named by the first statement that meets it', {
  skip,
}, async (t) => {
  const pooled = await startPgbouncer(t, url, { pool_mode: 'transaction', default_pool_size: 1 });
  const pool = createPool(pooled, { applicationName: 'worker', max: 2 });
  t.after(() => pool.end());
  const [first, second] = [await pool.connect(), await pool.connect()];
  const prepared = { name: 'one', text: 'select 1' };
  await first.query(prepared);
  await assert.rejects(second.query(prepared), (error) => {
    assert.ok(error instanceof SessionNotKept, String(error));
    assert.match(String(error.cause), /prepared statement "one" already exists/);
    return true;
  });
  first.release();
  second.release();
});
