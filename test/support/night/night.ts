/** A small night of the reference world, end to end: its own database, OMS, SFTP server, and the DAG file as shipped. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import {
  DAG_ID,
  type NightSetting,
  registerPausedDag,
  reportNight,
  startNightWorker,
} from '../../../demo/night.ts';
import type { DemoReport } from '../../../demo/report/report.ts';
import { retailproFile } from '../../../demo/retailpro/file.ts';
import { seedOms } from '../../../demo/world/oms/load.ts';
import { makeWorld, type World, type WorldOptions } from '../../../demo/world/world.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import type { Worker } from '../../../runner/engine/worker/worker.ts';
import { findRun, type TimeEdges } from '../../../runner/store/run/dag_run.ts';
import { instancesOfRun, type TaskInstance } from '../../../runner/store/task/instance.ts';
import { type EndedRun, testLog } from '../engine/engine.ts';
import { type Lifetime, testDatabase } from '../postgres/database.ts';
import { until } from '../until.ts';
import { type NightServer, type NightSite, startNightSite } from './site.ts';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** A winter night long past, so that its deadlines have passed whenever the tests run. */
const USUAL_WORLD: WorldOptions = {
  products: 300,
  facilities: 5,
  activeProducts: 100,
  businessDate: Temporal.PlainDate.from('2025-01-15'),
  // Some of each, and few enough for the guards.
  flaws: { badRows: 4, contradicted: 10 },
};
const USUAL_ROWS = 1_200;
const ENDED_WITHIN_MS = 60_000;

export interface NightOptions {
  readonly world?: WorldOptions;
  /** Data rows of Retail Pro's file. */
  readonly rows?: number;
  readonly server?: NightServer;
  /** The URL of a Postgres of the test's own; the run's by default. */
  readonly databaseServer?: string;
  /** Changes the text of the shipped DAG. */
  readonly dag?: (text: string) => string;
}

export interface TriggerOptions {
  /** The world's night by default. */
  readonly date?: Temporal.PlainDate;
  readonly timeEdges?: TimeEdges;
  readonly params?: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface TestNight {
  readonly url: string;
  readonly pool: Pool;
  readonly world: World;
  readonly rows: number;
  readonly site: NightSite;
  /** The two connections, as a worker needs them. */
  readonly env: Environment;
  readonly snapshotAt: Temporal.Instant;
  /** Retail Pro's file of the world's night. */
  readonly file: Buffer<ArrayBuffer>;
  /** Starts a worker in this process, with `env` laid over the night's own; it ends with the night. */
  startWorker(env?: Environment): Promise<Worker>;
  /** @returns the run's id */
  trigger(options?: TriggerOptions): Promise<number>;
  /** Triggers, and waits for the end. */
  run(options?: TriggerOptions): Promise<EndedRun>;
  ended(runId: number): Promise<EndedRun>;
  /** Waits until the task is such as `accepts` wants it. */
  untilTask(runId: number, taskId: string, accepts: (task: TaskInstance) => boolean): Promise<TaskInstance>;
  /** Rows, counts and all five invariants, against the OMS's own rows and the world's truth. */
  report(ended: EndedRun): Promise<DemoReport>;
}

/** A seeded OMS, Retail Pro's file on its server, and the shipped DAG in force; no worker yet. */
export async function testNight(lifetime: Lifetime, options: NightOptions = {}): Promise<TestNight> {
  // Node runs after-hooks first in, first out; what was started last must stop first.
  const cleanUps: (() => Promise<void>)[] = [];
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const { rows = USUAL_ROWS, server = 'in_process' } = options;
  const world = makeWorld({ ...USUAL_WORLD, ...options.world });
  const { url, pool } = await testDatabase(own, {
    migrations: ['runner', 'oms', 'queue'],
    server: options.databaseServer,
  });
  await seedOms(pool, world);
  const site = await startNightSite(server);
  own.after(async () => await site[Symbol.asyncDispose]());
  const snapshotAt = Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs);
  const file = Buffer.concat(await Array.fromAsync(retailproFile(world, { rows })));
  await site.putReset({ snapshotAt, content: file });

  const setting: NightSetting = {
    databaseUrl: url,
    pool,
    world,
    dagsDir: await dagsFolder(own, options.dag ?? null),
    taskTypes: await loadTaskTypes(path.join(REPOSITORY, 'tasks')),
    env: { STOCKFLOW_CONN_OMS: url, STOCKFLOW_CONN_RETAILPRO: site.url() },
    concurrency: 4,
    log: testLog,
    by: { actor: 'test', channel: 'cli' },
  };
  await registerPausedDag(setting);

  const trigger = async ({
    date = world.night.businessDate,
    timeEdges = 'collapse',
    params = {},
  }: TriggerOptions = {}) =>
    (await triggerRun(pool, { dagId: DAG_ID, date, params, timeEdges, by: setting.by, reason: null })).runId;
  const ended = (runId: number) => endedRun(pool, runId);
  return {
    url,
    pool,
    world,
    rows,
    site,
    env: setting.env,
    snapshotAt,
    file,
    trigger,
    ended,
    run: async (which) => await ended(await trigger(which)),
    async startWorker(env) {
      const worker = await startNightWorker({ ...setting, env: { ...setting.env, ...env } });
      own.after(() => worker.stop(1_000));
      return worker;
    },
    untilTask: (runId, taskId, accepts) =>
      until(
        `${taskId} of run ${runId}`,
        async () => {
          const task = (await instancesOfRun(pool, runId)).find((instance) => instance.taskId === taskId);
          return task !== undefined && accepts(task) ? task : null;
        },
        ENDED_WITHIN_MS,
      ),
    report: ({ run, tasks }) => reportNight(pool, world, { run, tasks }),
  };
}

/** The shipped folder, or one with the changed DAG alone. */
async function dagsFolder(own: Lifetime, change: NightOptions['dag'] | null): Promise<string> {
  const shipped = path.join(REPOSITORY, 'dags');
  if (change == null) return shipped;
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-dags-'));
  own.after(() => rm(folder, { recursive: true, force: true }));
  const name = `${DAG_ID}.yaml`;
  await writeFile(path.join(folder, name), change(await readFile(path.join(shipped, name), 'utf8')));
  return folder;
}

async function endedRun(pool: Pool, runId: number): Promise<EndedRun> {
  const run = await until(
    `run ${runId} to end`,
    async () => {
      const found = await findRun(pool, runId);
      return found !== null && found.finishedAt !== null ? found : null;
    },
    ENDED_WITHIN_MS,
  );
  const tasks = await instancesOfRun(pool, runId);
  return { run, tasks, states: Object.fromEntries(tasks.map(({ taskId, state }) => [taskId, state])) };
}
