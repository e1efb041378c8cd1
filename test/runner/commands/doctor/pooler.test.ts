/** The command line through a real PgBouncer, as it comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../support/postgres/database.ts';
import { skipWithoutPgbouncer, startPgbouncer } from '../../../support/postgres/pgbouncer.ts';
import { type CliProject, cliProject } from '../cli_project.ts';

const skip = skipWithoutPgbouncer();

const CHAIN = `dag_id: chain
timezone: UTC
schedule: null
tasks:
  - {task_id: first, type: step}
  - {task_id: second, type: step, depends_on: [first]}
`;

/** A project on a database that nothing is installed in, behind a pooler of that mode. */
async function pooledProject(t: Parameters<typeof cliProject>[0], poolMode: string): Promise<CliProject> {
  const { url } = await testDatabase(t);
  const project = await cliProject(t, {
    DATABASE_URL: await startPgbouncer(t, url, { pool_mode: poolMode }),
  });
  await project.write('dags/chain.yaml', CHAIN);
  return project;
}

test('through a pooler in session mode `migrate` migrates, `up` works, NOTIFY comes through, `worker --check` finds it, and doctor names the pooler', {
  skip,
}, async (t) => {
  const project = await pooledProject(t, 'session');
  assert.equal((await project.run(['migrate'])).code, 0);
  const none = await project.run(['worker', '--check']);
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /^no worker of host \S+ is alive: start one with stockflow worker\n$/);
  const up = project.start(['up']);
  await up.said('working; Ctrl-C stops');
  const alive = await project.run(['worker', '--check']);
  assert.equal(alive.code, 0, alive.stderr);
  assert.match(alive.stdout, /^worker 1 \(pid \d+\) lives, last heartbeat \d+ ms ago\n$/);
  const run = await project.run(['trigger', 'chain', '--wait']);
  assert.equal(run.code, 0, run.stderr);
  const doctor = await project.run(['doctor']);
  assert.match(
    doctor.stdout,
    /^ok {7}database: Postgres .* of DATABASE_URL, through a pooler in session mode, /m,
  );
  assert.match(doctor.stdout, /^ok {7}notify: a NOTIFY came back in /m);
  assert.match(doctor.stdout, /^ok {7}workers: worker 1 /m);
  up.kill('SIGTERM');
  const { code, stderr } = await up.ended;
  assert.equal(code, 0, stderr);
});

for (const poolMode of ['transaction', 'statement']) {
  test(`through a pooler in ${poolMode} mode every command ends in one sentence before it does anything`, {
    skip,
  }, async (t) => {
    const project = await pooledProject(t, poolMode);
    const said =
      /^error: the pooler at \S+ gives a session .* set pool_mode = session for this database in the pooler, or let DATABASE_URL lead straight to Postgres\n$/;
    for (const command of ['up', 'worker', 'migrate', 'status']) {
      const { code, stdout, stderr } = await project.run([command]);
      assert.deepEqual([code, stdout], [2, ''], command);
      assert.match(stderr, said, command);
    }
    const doctor = await project.run(['doctor']);
    assert.equal(doctor.code, 1);
    assert.match(
      doctor.stdout,
      /^problem {2}database: the pooler at \S+ gives a session .*\n {9}-> set pool_mode = session for this database in/m,
    );
  });
}

test('a database of the tasks may stand behind a pooler in transaction mode, and not behind one in statement mode', {
  skip,
}, async (t) => {
  const { url } = await testDatabase(t);
  const project = await cliProject(t);
  const [session, transaction, statement] = await Promise.all(
    ['session', 'transaction', 'statement'].map(async (poolMode) => {
      const pooled = await startPgbouncer(t, url, { pool_mode: poolMode });
      return await project.run(['connections', 'test', 'oms'], { STOCKFLOW_CONN_OMS: pooled });
    }),
  );
  assert.deepEqual([session?.code, transaction?.code, statement?.code], [0, 0, 5]);
  assert.match(session?.stdout ?? '', /^ok {7}connection oms: .* through a pooler in session mode$/m);
  assert.match(transaction?.stdout ?? '', /^ok {7}connection oms: .* through a pooler in transaction mode$/m);
  assert.match(
    statement?.stdout ?? '',
    /^problem {2}connection oms: .* statement mode and refuses transactions, .*\n {9}-> set pool_mode = transaction or session/m,
  );
});
