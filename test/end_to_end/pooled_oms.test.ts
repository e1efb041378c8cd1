/** Runs the night against an OMS behind a transaction pooler, which reassigns a session after each transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testNight } from '../support/night/night.ts';
import { skipWithoutPgbouncer, startPgbouncer } from '../support/postgres/pgbouncer.ts';

const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5'] as const;

test('a night on an OMS behind a pooler in transaction mode sets every count right, and again says that it was applied', {
  skip: skipWithoutPgbouncer(),
}, async (t) => {
  const night = await testNight(t);
  // Few, so that one session is given another's server all the time.
  const settings = { pool_mode: 'transaction', default_pool_size: 3, server_round_robin: 1 };
  await night.startWorker({ STOCKFLOW_CONN_OMS: await startPgbouncer(t, night.url, settings) });
  const first = await night.run();
  assert.equal(first.run.state, 'success', JSON.stringify(first.tasks.map(({ errorText }) => errorText)));
  const { invariants } = await night.report(first);
  for (const invariant of INVARIANTS) {
    const { checked, violations } = invariants?.[invariant] ?? assert.fail('not checked');
    assert.ok(checked > 0, invariant);
    assert.equal(violations, 0, invariant);
  }
  const again = await night.run();
  assert.equal(again.run.state, 'success', JSON.stringify(again.tasks.map(({ errorText }) => errorText)));
});
