import assert from 'node:assert/strict';
import test, { after, type TestContext } from 'node:test';
import type { Pool } from 'pg';
import {
  CommitOutcomeUnknown,
  createPool,
  isDatabaseUnavailable,
  withTransaction,
} from '../../../../runner/connections/postgres/connect.ts';
import { errorCode } from '../../../../runner/connections/postgres/errors.ts';
import { RollbackFailed, TransactionAborted } from '../../../../runner/connections/postgres/transaction.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { startProxy, type Proxy as TcpProxy } from '../../../support/tcp_proxy.ts';

const { url, pool } = await testDatabase({ after });
await pool.query('create table counter (name text primary key, value int not null)');

async function counter(t: TestContext): Promise<string> {
  await pool.query('insert into counter values ($1, 0)', [t.name]);
  return t.name;
}

async function valueIn(name: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ value: number }>('select value from counter where name = $1', [name]);
  return rows[0]?.value;
}

const increment = 'update counter set value = value + 1 where name = $1';

test('the result of the work is returned once it is committed', async (t) => {
  const name = await counter(t);
  const given = await withTransaction(pool, async (tx) => {
    await tx.query(increment, [name]);
    return 'given';
  });
  assert.equal(given, 'given');
  assert.equal(await valueIn(name), 1);
});

test('a failure rolls back, is thrown as it was, and gives the session back whole', async (t) => {
  const name = await counter(t);
  const failure = new Error('no');
  const fail = withTransaction(pool, async (tx) => {
    await tx.query(increment, [name]);
    throw failure;
  });
  await assert.rejects(fail, (error) => error === failure);
  assert.equal(await valueIn(name), 0);
  assert.equal(pool.idleCount, pool.totalCount);
});

test('two serializable increments that met are both counted, as the loser is done again', async (t) => {
  const name = await counter(t);
  const bothHaveRead = barrier(2);
  let tries = 0;
  const add = () =>
    withTransaction(
      pool,
      async (tx) => {
        tries += 1;
        const { rows } = await tx.query<{ value: number }>('select value from counter where name = $1', [
          name,
        ]);
        await bothHaveRead();
        await tx.query('update counter set value = $2 where name = $1', [name, (rows[0]?.value ?? 0) + 1]);
      },
      { isolation: 'serializable', random: () => 0 },
    );
  await Promise.all([add(), add()]);
  assert.equal(await valueIn(name), 2);
  assert.equal(tries, 3);
});

test('two transactions that deadlock both succeed in the end', async (t) => {
  const first = await counter(t);
  const second = `${first}, the other`;
  await pool.query('insert into counter values ($1, 0)', [second]);
  const bothHoldOne = barrier(2);
  const add = (names: string[]) =>
    withTransaction(pool, async (tx) => {
      await tx.query("set local deadlock_timeout = '10ms'");
      await tx.query(increment, [names[0]]);
      await bothHoldOne();
      await tx.query(increment, [names[1]]);
    });
  await Promise.all([add([first, second]), add([second, first])]);
  assert.deepEqual([await valueIn(first), await valueIn(second)], [2, 2]);
});

test('retries end: after the last one the serialization failure is thrown', async () => {
  let tries = 0;
  const alwaysFails = withTransaction(
    pool,
    async (tx) => {
      tries += 1;
      await tx.query("do $$ begin raise exception 'met again' using errcode = '40001'; end $$");
    },
    { retries: 2, random: () => 0 },
  );
  await assert.rejects(alwaysFails, (error) => errorCode(error) === '40001');
  assert.equal(tries, 3);
});

test('the isolation asked for is the one the work runs in', async () => {
  for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
    const show = async (tx: { query: Pool['query'] }) =>
      (await tx.query('show transaction_isolation')).rows[0].transaction_isolation;
    assert.equal(await withTransaction(pool, show, { isolation }), isolation);
  }
});

test('work that swallows a failed statement fails, as nothing was committed', async (t) => {
  const name = await counter(t);
  const swallow = withTransaction(pool, async (tx) => {
    await tx.query(increment, [name]);
    await tx.query('select 1 / 0').catch(() => {});
  });
  await assert.rejects(swallow, TransactionAborted);
  assert.equal(await valueIn(name), 0);
});

test('a ROLLBACK that fails is reported with the failure it was for', async (t) => {
  const { proxy, through } = await proxied(t);
  const fail = withTransaction(through, async () => {
    proxy.cut();
    throw new Error('no such SKU');
  });
  await assert.rejects(fail, (error) => {
    assert.ok(error instanceof RollbackFailed);
    assert.match(error.message, /^no such SKU \(and ROLLBACK failed: lost the connection/);
    assert.equal(isDatabaseUnavailable(error), false, 'the work had its own answer');
    return true;
  });
  assert.equal((await through.query('select 1 as one')).rows[0].one, 1);
});

test('a COMMIT whose answer is lost is neither success nor failure', async (t) => {
  const gate = await pool.connect();
  await gate.query('begin');
  await gate.query('select pg_advisory_xact_lock(4711)');
  const { proxy, through } = await proxied(t);
  const lose = withTransaction(through, async (tx) => {
    // Waits in the COMMIT itself, as deferred constraints are checked there.
    await tx.query(`create temp table late (name text) on commit drop`);
    await tx.query(`create function pg_temp.pause() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(4711); return null; end $$`);
    await tx.query(`create constraint trigger pause after insert on late deferrable initially deferred
      for each row execute function pg_temp.pause()`);
    await tx.query(`insert into late values ('x')`);
  });
  const lost = assert.rejects(
    lose,
    (error) => error instanceof CommitOutcomeUnknown && isDatabaseUnavailable(error),
  );
  await untilWaitingForAdvisoryLock();
  proxy.cut();
  await lost;
  await gate.query('commit');
  gate.release();
});

async function proxied(t: TestContext): Promise<{ proxy: TcpProxy; through: Pool }> {
  const direct = new URL(url);
  const proxy = await startProxy({ target: { port: Number(direct.port) } });
  direct.hostname = '127.0.0.1';
  direct.port = String(proxy.port);
  const through = createPool(direct.href, { applicationName: 'proxied', max: 1 });
  t.after(async () => {
    await through.end();
    await proxy[Symbol.asyncDispose]();
  });
  return { proxy, through };
}

async function untilWaitingForAdvisoryLock(): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where application_name = 'proxied' and wait_event = 'advisory'`,
    );
    if (rowCount === 1) return;
  }
}

/** The first `count` callers wait for each other; later ones pass. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived >= count) resolve();
    return promise;
  };
}
