/** A read replica: auditors read there what the primary would answer, and nobody runs anything on it by mistake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { ask, questions } from '../../docs/audit/questions.ts';
import { cliProject } from '../../runner/commands/cli_project.ts';
import { testNight } from '../../support/night/night.ts';
import type { Lifetime } from '../../support/postgres/database.ts';
import { InstalledPostgres, skipWithoutPostgres15 } from '../../support/postgres/installed.ts';
import { until } from '../../support/until.ts';

test('every query of docs/audit.md has on a standby the answer that it has on the primary, and commands refuse the standby', {
  skip: skipWithoutPostgres15(),
}, async (t) => {
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  const own: Lifetime = { after: (cleanUp) => stack.defer(cleanUp) };
  const primary = stack.use(await InstalledPostgres.start());
  const standby = stack.use(await primary.startStandby('replica'));
  const night = await testNight(own, { databaseServer: primary.url });
  await night.startWorker();
  const { run } = await night.run();
  assert.equal(run.state, 'success');

  const url = new URL(night.url);
  url.port = `${standby.port}`;
  const replica = createPool(url.href, { applicationName: 'auditor', max: 2 });
  own.after(() => replica.end());
  await caughtUp(night.pool, replica);
  let answered = 0;
  for (const [question, queries] of questions) {
    for (const query of queries.keys()) {
      const there = await ask(replica, question, { query });
      assert.deepEqual(there, await ask(night.pool, question, { query }), question);
      answered += there.length;
    }
  }
  assert.ok(answered > 20, `only ${answered} rows: there was nothing to compare`);
  await assert.rejects(
    replica.query(`insert into stockflow.pool (name, slots) values ('x', 1)`),
    /read-only transaction/,
  );

  const project = await cliProject(own, { DATABASE_URL: url.href });
  for (const command of [['status'], ['worker'], ['migrate']]) {
    const { code, stderr } = await project.run(command);
    assert.equal(code, 5, command.join(' '));
    assert.match(stderr, /it is a read-only standby; name its primary/);
  }
});

/** Waits until the standby has replayed all that the primary has written. */
async function caughtUp(primary: Pool, replica: Pool): Promise<void> {
  const { rows } = await primary.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  await until('the standby to catch up', async () => {
    const { rows: replayed } = await replica.query<{ isThere: boolean }>(
      'select pg_last_wal_replay_lsn() >= $1::pg_lsn as "isThere"',
      [rows[0]?.lsn],
    );
    return replayed[0]?.isThere === true ? true : null;
  });
}
