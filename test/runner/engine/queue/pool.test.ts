import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueuePool } from '../../../../runner/engine/queue/pool.ts';
import { testLog } from '../../../support/engine/engine.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { until } from '../../../support/until.ts';

test('a session that was asked for before the pool ended is given, so that the last job can be ended', async (t) => {
  const { url } = await testDatabase(t);
  const pool = createQueuePool(url, { max: 1, log: testLog });
  const only = await pool.connect();
  const asked = pool.connect();
  const ended = pool.end();
  only.release();
  const last = await asked;
  assert.deepEqual((await last.query('select 1 as one')).rows, [{ one: 1 }]);
  last.release();
  await ended;
});

test('a session that is asked for after the pool ended is opened for itself, and closed when it is released', async (t) => {
  const { url, pool: watching } = await testDatabase(t);
  const pool = createQueuePool(url, { max: 1, log: testLog });
  await pool.end();
  const late = await pool.connect();
  assert.deepEqual((await late.query('select 1 as one')).rows, [{ one: 1 }]);
  late.release();
  await until('the session to be closed', async () => {
    const { rowCount } = await watching.query(
      "select from pg_stat_activity where datname = current_database() and application_name = 'stockflow queue'",
    );
    return rowCount === 0;
  });
});
