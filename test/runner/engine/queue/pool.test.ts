import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueuePool } from '../../../../runner/engine/queue/pool.ts';
import { testLog } from '../../../support/engine/engine.ts';
import { testDatabase } from '../../../support/postgres/database.ts';

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
