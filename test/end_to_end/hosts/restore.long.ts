/** Backup and restore: a dump taken while workers work, restored on another server, where other workers go on. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { findRun } from '../../../runner/store/run/dag_run.ts';
import { attemptsOfRun } from '../../../runner/store/task/attempt.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { cliProject } from '../../runner/commands/cli_project.ts';
import { testEngine } from '../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../support/engine/processes.ts';
import type { Lifetime } from '../../support/postgres/database.ts';
import { InstalledPostgres, skipWithoutPostgres15 } from '../../support/postgres/installed.ts';
import { until } from '../../support/until.ts';

const CHAIN = `dag_id: chain
timezone: UTC
schedule: null
max_active_runs: 16
tasks:
  - {task_id: first, type: effect}
  - {task_id: held, type: effect, depends_on: [first], with: {gate: held}}
  - {task_id: last, type: effect, depends_on: [held]}
`;
const SHORT = `dag_id: short
timezone: UTC
schedule: null
max_active_runs: 16
tasks:
  - {task_id: one, type: effect}
  - {task_id: two, type: effect, depends_on: [one]}
`;

test('a dump taken under load is restored on another server, where what ran goes on, what had ended stays, and the seals hold', {
  skip: skipWithoutPostgres15(),
}, async (t) => {
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  const own: Lifetime = { after: (cleanUp) => stack.defer(cleanUp) };
  const old = stack.use(await InstalledPostgres.start());
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(own, [...byName.values()], { server: old.url });
  await createEffectTables(engine.pool);
  assert.deepEqual(
    [...(await engine.writeDag('chain', CHAIN)), ...(await engine.writeDag('short', SHORT))],
    [],
  );
  const trigger = async (pool: Pool, dagId: string) =>
    (
      await triggerRun(pool, {
        ...{ dagId, date: null, params: {}, timeEdges: 'keep', reason: null },
        by: { actor: 'operator', channel: 'cli' },
      })
    ).runId;
  const worker = await startWorkerProcess(own, { url: engine.url });
  const done = await engine.ended(await trigger(engine.pool, 'short'));
  const running = await trigger(engine.pool, 'chain');
  await until('the held task to run', async () =>
    (await effectsOf(engine.pool, running)).some(({ taskId }) => taskId === 'held') ? true : null,
  );

  // Runs begin and end all the while.
  const loading = new AbortController();
  const load = (async () => {
    while (!loading.signal.aborted) await engine.ended(await trigger(engine.pool, 'short'));
  })();
  await until('some runs', async () => {
    const { rowCount } = await engine.pool.query(`select from stockflow.dag_run where state = 'success'`);
    return (rowCount ?? 0) >= 5 ? true : null;
  });
  const database = new URL(engine.url).pathname.slice(1);
  const roles = await old.run('pg_dumpall', ['--dbname', old.url, '--roles-only', '--no-role-passwords']);
  const dump = path.join(old.directory, 'stockflow.dump');
  await old.run('pg_dump', ['--dbname', engine.url, '--format', 'custom', '--file', dump]);
  loading.abort();
  await load;
  worker.signal('SIGKILL');
  await worker.ended;

  const restored = stack.use(await InstalledPostgres.start());
  const rolesFile = path.join(restored.directory, 'roles.sql');
  // The server's own superuser is there already.
  await writeFile(rolesFile, roles.replaceAll(/^(create|alter) role stockflow\b.*$/gim, ''));
  await restored.run('psql', [
    '--dbname',
    restored.url,
    '--quiet',
    '--set',
    'ON_ERROR_STOP=1',
    '--file',
    rolesFile,
  ]);
  await restored.run('psql', [
    '--dbname',
    restored.url,
    '--quiet',
    '--command',
    `create database ${database}`,
  ]);
  await restored.run('pg_restore', ['--dbname', restored.urlOf(database), '--exit-on-error', dump]);
  const url = restored.urlOf(database);
  const pool = createPool(url, { applicationName: 'restored', max: 4 });
  own.after(() => pool.end());

  const atDump = await instancesOfRun(pool, running);
  assert.deepEqual(
    atDump.map(({ taskId, state }) => [taskId, state]),
    [
      ['first', 'success'],
      ['held', 'running'],
      ['last', 'none'],
    ],
  );
  assert.deepEqual(await instancesOfRun(pool, done.run.runId), done.tasks);

  const next = await startWorkerProcess(own, { url });
  await until('the held task to start again', async () =>
    (await effectsOf(pool, running)).some(({ pid, taskId }) => pid === next.pid && taskId === 'held')
      ? true
      : null,
  );
  await openGate(pool, 'held');
  await until('every run to end', async () => {
    const { rowCount } = await pool.query(`select from stockflow.dag_run where finished_at is null`);
    return rowCount === 0 ? true : null;
  });
  assert.equal((await findRun(pool, running))?.state, 'success');
  const attempts = (await attemptsOfRun(pool, running)).map(({ taskId, state }) => [taskId, state]);
  assert.deepEqual(attempts, [
    ['first', 'success'],
    ['held', 'crashed'],
    ['held', 'success'],
    ['last', 'success'],
  ]);
  const { rows: failed } = await pool.query(`select dag_id from stockflow.dag_run where state <> 'success'`);
  assert.deepEqual(failed, []);
  assert.ok((await trigger(pool, 'short')) > running, 'ids go on');

  const project = await cliProject(own, { DATABASE_URL: url });
  await until('all events to be sealed', async () => {
    const { code, stdout } = await project.run(['audit', 'verify', '-o', 'json']);
    assert.equal(code, 0, stdout);
    return JSON.stringify(JSON.parse(stdout)).includes('"unsealed":0') ? true : null;
  });
});
