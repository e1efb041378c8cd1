/**
 * Makes the kept database of a version: `node test/upgrades/make_database.ts version_0_1_0`. Needs the history of the
 * repository and Postgres 15, whose dump loads into every supported version. The version's own commands make a history in
 * which runs stand in each state; its worker is then killed.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Pool } from 'pg';
import { createPool } from '../../runner/connections/postgres/connect.ts';
import { freePort } from '../../runner/connections/postgres/embedded/port.ts';
import { until } from '../support/until.ts';
import { BACKFILL, DAGS } from './history.ts';
import { VERSIONS, versionTree } from './version_tree.ts';

const run = promisify(execFile);
const BIN = '/usr/lib/postgresql/15/bin';
const STATES_WITHIN_MS = 120_000;

/** Imports from the tree of the version. */
const stepType = (tree: string) => `
import { setTimeout as pause } from 'node:timers/promises';
import { z } from '${tree}/node_modules/zod/index.js';
import { DeferTask, defineTask, FailTask } from '${tree}/runner/task.ts';
export default defineTask({
  type: 'step',
  description: 'does what it is told',
  params: z.strictObject({ do: z.string() }),
  async run({ params, run, files, meter, log, signal, now }) {
    log.info('a step', { do: params.do });
    const isHeld = params.do === 'hold' || (params.do === 'hold_later' && String(run.businessDate) > '${BACKFILL.from}');
    if (isHeld) await pause(600_000, undefined, { signal });
    if (params.do === 'fail') throw new FailTask('the file is bad');
    if (params.do === 'retry') throw new Error('the server is busy');
    if (params.do === 'defer') throw new DeferTask(now().add({ seconds: 20 }), 'nothing there yet');
    if (params.do === 'list') return ['a', 'b', 'c'];
    if (params.do === 'write') {
      meter({ rowsOut: 2 });
      await files.publish('artifact:counts.csv', new TextEncoder().encode('sku,qty\\n' + run.runId + ',1\\n'), { rows: 2 });
    }
    if (params.do === 'read') return new TextDecoder().decode(await files.read('artifact:counts.csv'));
    return params.do;
  },
});
`;

const cleanUps: (() => Promise<unknown>)[] = [];
const lifetime = { after: (cleanUp: () => Promise<unknown>) => void cleanUps.unshift(cleanUp) };

async function startPostgres15(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-pg15-'));
  await chmod(folder, 0o755);
  const asPostgres = (command: string) =>
    process.getuid?.() === 0
      ? execFileSync('su', ['postgres', '-s', '/bin/sh', '-c', command], { stdio: 'ignore' })
      : execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore' });
  if (process.getuid?.() === 0) execFileSync('chown', ['postgres', folder]);
  const port = await freePort();
  asPostgres(`${BIN}/initdb -D ${folder}/data -A trust -U postgres -E UTF8 --locale=C.UTF-8`);
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c timezone=UTC`;
  asPostgres(`${BIN}/pg_ctl start -w -D ${folder}/data -l ${folder}/log -o '${settings}'`);
  lifetime.after(async () => {
    asPostgres(`${BIN}/pg_ctl stop -w -m fast -D ${folder}/data`);
    await rm(folder, { recursive: true, force: true });
  });
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

interface Project {
  readonly folder: string;
  stockflow(...args: readonly string[]): Promise<unknown>;
  startWorker(): ChildProcess;
}

async function makeProject(tree: string, url: string): Promise<Project> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-history-'));
  lifetime.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'dags'));
  await mkdir(path.join(folder, 'tasks'));
  await writeFile(path.join(folder, 'tasks/step.ts'), stepType(tree));
  for (const [name, text] of Object.entries(DAGS))
    await writeFile(path.join(folder, `dags/${name}.yaml`), text);
  const cli = path.join(tree, 'runner/cli.ts');
  const env = {
    PATH: process.env.PATH,
    TZ: 'UTC',
    DATABASE_URL: url,
    // A receiver that does not answer: what was to be told stays to be told.
    STOCKFLOW_ALERTS_TO: 'ops',
    STOCKFLOW_CONN_OPS: 'https://127.0.0.1:9/alerts',
    STOCKFLOW_CONCURRENCY: '12',
  };
  return {
    folder,
    stockflow: (...args) => run(process.execPath, [cli, ...args], { cwd: folder, env }),
    startWorker: () =>
      spawn(process.execPath, [cli, 'worker'], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] }),
  };
}

async function untilStates(pool: Pool, expected: readonly string[]): Promise<void> {
  const states = async () => {
    const { rows } = await pool.query<{ line: string }>(
      `select distinct r.dag_id || '.' || t.task_id || ' ' || t.state as line
         from stockflow.task_instance t join stockflow.dag_run r using (run_id)
       union select distinct dag_id || ' ' || state from stockflow.dag_run`,
    );
    return new Set(rows.map(({ line }) => line));
  };
  await until(
    expected.join(', '),
    async () => ((await states()).isSupersetOf(new Set(expected)) ? true : null),
    STATES_WITHIN_MS,
  );
}

/** Ends while `late`, `flaky` and `poll` wait. */
async function makeHistory(pool: Pool, project: Project): Promise<void> {
  await project.stockflow('migrate', '--oms');
  const worker = project.startWorker();
  await until('the DAGs', async () =>
    (await pool.query('select from stockflow.dag where current_version_id is not null')).rowCount ===
    Object.keys(DAGS).length
      ? true
      : null,
  );
  for (const dagId of ['tidy', 'tidy', 'broken', 'cancelled', 'held'])
    await project.stockflow('trigger', dagId, '--reason', 'a history to keep');
  await untilStates(pool, ['tidy success', 'broken failed', 'cancelled.hold running', 'held.hold running']);
  await project.stockflow('runs', 'cancel', 'cancelled', '--reason', 'not needed');
  await project.stockflow('trigger', 'held', '--reason', 'waits for the first');
  const { from, to } = BACKFILL;
  await project.stockflow('backfill', 'create', 'nightly', '--from', from, '--to', to, '-y', '--detach');
  await untilStates(pool, ['cancelled cancelled', 'held queued', 'nightly success', 'nightly.hold running']);
  for (const dagId of ['waiting', 'retrying', 'polling']) await project.stockflow('trigger', dagId);
  await untilStates(pool, ['waiting.late deferred', 'retrying.flaky up_for_retry', 'polling.poll deferred']);
  // A seal covers the history so far, or most of it.
  await until('a seal', async () =>
    (await pool.query('select from stockflow.event_seal')).rowCount ? true : null,
  );
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

/** @param folders where the version ran; the stacks in its logs name them */
async function dump(url: string, folders: readonly string[]): Promise<string> {
  const { stdout } = await run(
    `${BIN}/pg_dump`,
    ['--no-owner', '--no-privileges', '--inserts', '--rows-per-insert=200', url],
    { maxBuffer: 64_000_000 },
  );
  // Commands of psql, which nothing but psql knows.
  const text = stdout.replaceAll(/^\\.*\n/gm, '');
  return folders.reduce((rest, folder) => rest.replaceAll(folder, '/srv/stockflow'), text);
}

const version = VERSIONS.find(({ name }) => name === process.argv[2]);
if (version === undefined) throw new Error(`name one of: ${VERSIONS.map(({ name }) => name).join(', ')}`);
try {
  const tree = await versionTree(lifetime, version.commit);
  if (tree === null) throw new Error(`this clone lacks commit ${version.commit}: git fetch --unshallow`);
  const url = await startPostgres15();
  const pool = createPool(url, { applicationName: 'stockflow history', max: 1 });
  const project = await makeProject(tree, url);
  await makeHistory(pool, project);
  await pool.end();
  const file = path.join(import.meta.dirname, `databases/${version.name}.sql.gz`);
  await writeFile(file, gzipSync(await dump(url, [tree, project.folder]), { level: 9 }));
  process.stdout.write(`${file}\n`);
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}
