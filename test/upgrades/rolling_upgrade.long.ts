/** Workers of the version before and of this one on one database under load, while it is migrated between them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { triggerRun } from '../../runner/engine/operator/trigger.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { createEffectTables, startWorkerProcess, type WorkerProcess } from '../support/engine/processes.ts';
import { type Lifetime, testDatabase } from '../support/postgres/database.ts';
import { until } from '../support/until.ts';
import { VERSION_BEFORE, versionTree } from './version_tree.ts';

/** The number of runs that this version triggers beside the version before, which goes on as long as it is to. */
const RUNS_BY_THIS = 60;
const LOAD = `
dag_id: load
timezone: UTC
schedule: null
max_active_runs: 16
tasks:
  - {task_id: a, type: effect, with: {busy_ms: 5}}
  - {task_id: b, type: effect, depends_on: [a]}
  - {task_id: c, type: effect, depends_on: [a], with: {busy_ms: 20}}
  - {task_id: d, type: effect, depends_on: [b, c]}
`;
const TASKS = 4;
/** Far more than it takes, also on a crowded machine that runs the code of the version before for the first time. */
const WITHIN_MS = 240_000;

/**
 * Runs in the tree of the version before: registers the DAG, then triggers runs, each printed, as long as its stdin is open;
 * few wait at any moment, so that the load is steady on a fast machine and on a slow one.
 */
const TRIGGER = `
import { setTimeout as pause } from 'node:timers/promises';
import { createPool } from './runner/connections/postgres/connect.ts';
import { readDagFile, registerDagFile } from './runner/engine/dags/folder.ts';
import { loadTaskTypes } from './runner/engine/dags/task_types.ts';
import { triggerRun } from './runner/engine/operator/trigger.ts';
const pool = createPool(process.argv[2], { applicationName: 'stockflow trigger', max: 1 });
const by = { actor: 'operator', channel: 'cli' };
const file = await readDagFile('load.yaml', await loadTaskTypes('test/fixtures/tasks'));
await registerDagFile(pool, file, { ...by, channel: 'files' });
let isAsked = true;
process.stdin.on('end', () => { isAsked = false; }).resume();
while (isAsked) {
  await pause(20);
  const { rowCount } = await pool.query("select from stockflow.dag_run where state in ('queued', 'running')");
  if (rowCount >= 24) continue;
  const { runId } = await triggerRun(pool, { dagId: 'load', date: null, params: {}, timeEdges: 'keep', by, reason: null });
  console.log(runId);
}
await pool.end();
`;

async function triggerByVersionBefore(lifetime: Lifetime, tree: string, url: string) {
  await writeFile(path.join(tree, 'load.yaml'), LOAD);
  await writeFile(path.join(tree, 'trigger.ts'), TRIGGER);
  const child = spawn(process.execPath, ['trigger.ts', url], {
    cwd: tree,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let count = 0;
  createInterface(child.stdout).on('line', () => {
    count += 1;
  });
  const ended = once(child, 'exit').then(([code]) => code);
  lifetime.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    /** Ends it. @returns how many runs it has triggered */
    async end(): Promise<number> {
      child.stdin.end();
      assert.equal(await ended, 0);
      return count;
    },
  };
}

/** Node runs after-hooks first in, first out; what was started last must stop first. */
function lastFirst(lifetime: Lifetime): Lifetime {
  const cleanUps: (() => Promise<void>)[] = [];
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  return { after: (cleanUp) => void cleanUps.unshift(cleanUp) };
}

async function migrateByVersionBefore(tree: string, url: string): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [path.join(tree, 'runner/cli.ts'), 'migrate'], {
    cwd: tree,
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

async function count(pool: Pool, from: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*) as count from ${from}`);
  return rows[0]?.count ?? 0;
}

/** Returns how many tasks these workers have ended. */
async function endedBy(pool: Pool, workers: readonly WorkerProcess[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) as count from effect where phase = 'end' and pid = any($1)`,
    [workers.map(({ pid }) => pid)],
  );
  return rows[0]?.count ?? 0;
}

test('workers of two versions share a database that is migrated under load: no task lost, none doubled, both drain', async (t) => {
  const own = lastFirst(t);
  const tree = await versionTree(own, VERSION_BEFORE.commit);
  // The code of the version before is in the history alone, which a clone of depth 1 lacks; .ci/run completes such a clone.
  if (tree === null) {
    t.skip(`this clone lacks ${VERSION_BEFORE.commit}, the version before: git fetch --unshallow`);
    return;
  }
  const { url, pool } = await testDatabase(own);
  await createEffectTables(pool);
  await migrateByVersionBefore(tree, url);
  const before = {
    url,
    program: path.join(tree, 'test/support/engine/worker_process.ts'),
    tasksDir: path.join(tree, 'test/fixtures/tasks'),
    graceMs: 20_000,
  };
  const oldWorkers = await Promise.all([startWorkerProcess(own, before), startWorkerProcess(own, before)]);
  const [first, second] = oldWorkers;
  const load = await triggerByVersionBefore(own, tree, url);
  await until(
    'the old workers to be at work',
    async () => ((await endedBy(pool, oldWorkers)) > 40 ? true : null),
    WITHIN_MS,
  );

  const project = await cliProject(own, { DATABASE_URL: url });
  const planned = await project.run(['migrate', '--dry-run', '-o', 'json']);
  assert.equal(planned.code, 0, planned.stderr);
  for (const { name, workers, must_stop } of JSON.parse(planned.stdout))
    assert.deepEqual({ name, workers, must_stop }, { name, workers: 'continue', must_stop: [] });
  const migrated = await Promise.all([1, 2].map(() => project.runAlone(['migrate', '-o', 'json'])));
  assert.deepEqual(
    migrated.map(({ code }) => code),
    [0, 0],
  );
  const applied = migrated.flatMap(({ stdout }) =>
    JSON.parse(stdout).map(({ name }: { name: string }) => name),
  );
  const names = JSON.parse(planned.stdout).map(({ name }: { name: string }) => name);
  assert.deepEqual(applied.toSorted(), names, 'two that migrate at once apply each file once');

  const newWorkers = [await startWorkerProcess(own, { url, graceMs: 20_000 })];
  for (let n = 0; n < RUNS_BY_THIS; n += 1) {
    await triggerRun(pool, {
      dagId: 'load',
      date: null,
      params: {},
      timeEdges: 'keep',
      by: { actor: 'operator', channel: 'cli' },
      reason: null,
    });
  }
  const oldBefore = await endedBy(pool, oldWorkers);
  await until(
    'both versions to be at work',
    async () =>
      (await endedBy(pool, newWorkers)) > 40 && (await endedBy(pool, oldWorkers)) > oldBefore + 40
        ? true
        : null,
    WITHIN_MS,
  );
  first.signal('SIGTERM');
  assert.equal(await first.ended, 0, first.said());
  newWorkers.push(await startWorkerProcess(own, { url, graceMs: 20_000 }));
  second.signal('SIGTERM');
  assert.equal(await second.ended, 0, second.said());
  const runs = RUNS_BY_THIS + (await load.end());

  const unfinished = () => count(pool, "stockflow.dag_run where state in ('queued', 'running')");
  await until('every run to end', async () => ((await unfinished()) === 0 ? true : null), WITHIN_MS);
  assert.equal(await count(pool, "stockflow.dag_run where state = 'success'"), runs);
  assert.equal(await count(pool, "stockflow.task_attempt where state = 'success'"), runs * TASKS);
  assert.equal(await count(pool, 'stockflow.task_attempt'), runs * TASKS, 'no attempt but those');
  for (const phase of ['start', 'end']) {
    assert.equal(await count(pool, `effect where phase = '${phase}'`), runs * TASKS, phase);
    const once = `(select distinct run_id, task_id from effect where phase = '${phase}') as e`;
    assert.equal(await count(pool, once), runs * TASKS, `each task has one ${phase}`);
  }
  assert.equal(await count(pool, 'stockflow.worker where lost_at is not null'), 0, 'no lease was lost');
  assert.equal(await count(pool, "stockflow.event where action in ('attempt.refused', 'task.crashed')"), 0);
  const [old, young] = [await endedBy(pool, oldWorkers), await endedBy(pool, newWorkers)];
  t.diagnostic(`${old} tasks were worked by the version before, ${young} by this one`);
  for (const worker of newWorkers) {
    worker.signal('SIGTERM');
    assert.equal(await worker.ended, 0, worker.said());
  }
  const verified = await project.run(['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});
