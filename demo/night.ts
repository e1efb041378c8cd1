/** Runs one night of the reference world through the shipped DAG: prepares, triggers, follows and checks it. */

import path from 'node:path';
import type { Pool } from 'pg';
import {
  type Actor,
  type DagRun,
  findRun,
  instancesOfRun,
  type Log,
  pauseDag,
  readDagFile,
  registerDagFile,
  type TaskInstance,
  type TaskTypes,
  triggerRun,
  Worker,
} from '../runner/index.ts';
import { findBatches, summarizeChanges } from '../tasks/oms/changes/read_changes.ts';
import { verifyNight } from '../tasks/oms/verify/verify.ts';
import { batchIdsOf, combineChecks, type DemoReport, nightReport, taskReports } from './report/report.ts';
import { checkTruth } from './report/truth.ts';
import type { World } from './world/world.ts';

export const DAG_ID = 'inventory_sync';
const EXTERNAL_SYSTEM_ID = 'RETAIL_PRO';
const LARGEST_SHOWN = 5;
const LOOK_EVERY_MS = 100;

export interface NightSetting {
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly world: World;
  readonly dagsDir: string;
  readonly taskTypes: TaskTypes;
  /** The environment, with `STOCKFLOW_CONN_OMS` and `STOCKFLOW_CONN_RETAILPRO`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly concurrency: number;
  readonly log: Log;
  readonly by: Actor;
}

/** Registers the DAG with its schedule paused: in the demo world nights run only when triggered. */
export async function registerPausedDag(
  { pool, dagsDir, taskTypes, by }: NightSetting,
  dagId = DAG_ID,
): Promise<void> {
  await registerDagFile(pool, await readDagFile(path.join(dagsDir, `${dagId}.yaml`), taskTypes), by);
  await pauseDag(pool, dagId, { by, reason: 'the demo world has its own clock' });
}

export async function startNightWorker(setting: NightSetting): Promise<Worker> {
  return await Worker.start({
    databaseUrl: setting.databaseUrl,
    taskTypes: setting.taskTypes,
    projectDir: path.resolve(setting.dagsDir, '..'),
    dagsDir: null,
    env: setting.env,
    concurrency: setting.concurrency,
    codeVersion: 'demo',
    log: setting.log,
  });
}

export interface FinishedRun {
  readonly run: DagRun;
  readonly tasks: readonly TaskInstance[];
}

export interface Follow {
  readonly signal: AbortSignal;
  /** Called with the tasks whenever one has changed its state or its progress. */
  readonly onChange: (tasks: readonly TaskInstance[]) => void;
}

/** Runs the world's night and waits for it. */
export async function runDemoNight(setting: NightSetting, follow: Follow): Promise<FinishedRun> {
  return await workRun(setting, DAG_ID, follow);
}

/**
 * Triggers a run of the world's night with its waits collapsed, and follows it to its end.
 *
 * @throws the signal's reason when aborted; the run continues if a worker is left
 */
export async function workRun(
  { pool, world, by }: NightSetting,
  dagId: string,
  follow: Follow,
): Promise<FinishedRun> {
  const { runId } = await triggerRun(pool, {
    dagId,
    date: world.night.businessDate,
    params: {},
    timeEdges: 'collapse',
    by,
    reason: 'demo',
  });
  for (;;) {
    follow.signal.throwIfAborted();
    const run = await findRun(pool, runId);
    const tasks = await instancesOfRun(pool, runId);
    follow.onChange(tasks);
    if (run !== null && run.finishedAt !== null) return { run, tasks };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Builds the operator's report: what the night changed, and whether every count is right. */
export async function reportNight(
  pool: Pool,
  world: World,
  { run, tasks }: { readonly run: DagRun; readonly tasks: readonly TaskInstance[] },
): Promise<DemoReport> {
  const businessDate = world.night.businessDate.toString();
  const about = {
    run: { run_id: run.runId, state: run.state, business_date: businessDate },
    tasks: taskReports(tasks),
  };
  if (run.state !== 'success') return { ...about, night: null, invariants: null };
  const client = await pool.connect();
  try {
    const scope = {
      batches: await findBatches(client, batchIdsOf(tasks)),
      productId: null,
      facilityId: null,
    };
    const { largest } = await summarizeChanges(client, scope, { largest: LARGEST_SHOWN, zeroed: 0 });
    const night = nightReport(tasks, largest);
    const own = await verifyNight(client, { externalSystemId: EXTERNAL_SYSTEM_ID, businessDate });
    return { ...about, night, invariants: combineChecks(own, await checkTruth(pool, world)) };
  } finally {
    client.release();
  }
}
