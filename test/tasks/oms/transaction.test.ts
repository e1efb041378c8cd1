import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTransaction } from '../../../tasks/oms/database/transaction.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const signal = new AbortController().signal;
const isolation = 'read committed';

for (const sqlState of ['40001', '40P01']) {
  test(`SQLSTATE ${sqlState} runs the work again, from a clean transaction`, async (t) => {
    const { pool } = await testDatabase(t);
    await pool.query('create table written (try integer)');
    let tries = 0;
    const value = await inTransaction(pool, { isolation, signal }, async (client) => {
      tries += 1;
      await client.query('insert into written values ($1)', [tries]);
      if (tries < 3) await client.query(`do $$ begin raise exception using errcode = '${sqlState}'; end $$`);
      return 'done';
    });
    assert.equal(value, 'done');
    const { rows } = await pool.query('select try from written');
    assert.deepEqual(rows, [{ try: 3 }]);
  });
}

test('a collision that never ends is thrown after five tries', async (t) => {
  const { pool } = await testDatabase(t);
  let tries = 0;
  const work = inTransaction(pool, { isolation, signal }, async (client) => {
    tries += 1;
    await client.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
  });
  await assert.rejects(work, { code: '40001' });
  assert.equal(tries, 5);
});

test('any other error is thrown at once and undoes the work', async (t) => {
  const { pool } = await testDatabase(t);
  await pool.query('create table written (try integer)');
  let tries = 0;
  const work = inTransaction(pool, { isolation, signal }, async (client) => {
    tries += 1;
    await client.query('insert into written values (1)');
    await client.query('select 1 / 0');
  });
  await assert.rejects(work, { code: '22012' });
  assert.equal(tries, 1);
  assert.equal((await pool.query('select from written')).rowCount, 0);
});

test('an aborted signal keeps the work from being committed', async (t) => {
  const { pool } = await testDatabase(t);
  await pool.query('create table written (try integer)');
  const cancel = new AbortController();
  const work = inTransaction(pool, { isolation, signal: cancel.signal }, async (client) => {
    await client.query('insert into written values (1)');
    cancel.abort(new Error('stop'));
  });
  await assert.rejects(work, /^Error: stop$/);
  assert.equal((await pool.query('select from written')).rowCount, 0);
});
