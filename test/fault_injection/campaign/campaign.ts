/** Runs one campaign: a database, a fleet of workers, a load, and trial after trial of one fault each. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeRandom } from '../../../demo/world/random.ts';
import { createPool, migrate, migrateQueue } from '../../../runner/index.ts';
import { startProxy } from '../../support/tcp_proxy.ts';
import { type CampaignDatabase, ChaosCluster } from '../cluster/cluster.ts';
import { Fleet } from '../cluster/fleet.ts';
import { AlertReceiver } from '../cluster/receiver.ts';
import { retryDuringOutage, silentLog } from '../cluster/retry_during_outage.ts';
import { skipWaits } from '../faults/receiver.ts';
import { drawFault, FAULTS } from '../faults.ts';
import { allRuns, claimAfter, pendingDeliveries, unfinishedRuns } from '../verify/read_facts.ts';
import { type ReportedViolation, Verifier } from '../verify/verifier.ts';
import { Load } from './load.ts';
import { FAN_IN, SHAPES, type Shape } from './shapes.ts';
import type { Fault, World } from './world.ts';

export interface CampaignOptions {
  readonly trials: number;
  readonly seed: string;
  /** No trial begins after this many minutes; null for no limit. */
  readonly minutes: number | null;
  readonly faults?: readonly Fault[];
  readonly leaseMs?: number;
  readonly workers?: number;
  readonly shapes?: readonly Shape[];
  /** A single server by default; disposed with the campaign. */
  readonly database?: CampaignDatabase;
  /** The least number of running or queued runs. */
  readonly activeRuns?: number;
  /** The duration of the load without faults before the first trial. */
  readonly warmUpMs?: number;
  /** Called after each trial. */
  readonly onTrial?: (trial: Trial, findings: readonly ReportedViolation[]) => void;
}

export interface Trial {
  readonly number: number;
  readonly fault: string;
  readonly what: string;
  readonly tookMs: number;
}

export interface CampaignResult {
  readonly seed: string;
  readonly trials: readonly Trial[];
  readonly findings: readonly ReportedViolation[];
  readonly restartLatenciesMs: readonly number[];
  readonly runs: number;
  readonly acknowledged: number;
  /** The folder of the workers' logs; null if nothing was found and they were deleted. */
  readonly logDir: string | null;
  readonly tookMs: number;
}

const ROOT = path.join(import.meta.dirname, '../../..');
const DEFAULT_LEASE_MS = 1_500;
const DEFAULT_WORKERS = 4;
const CONCURRENCY = 4;
const GRACE_MS = 1_000;
const ACTIVE_RUNS = 6;
/** The time in which everything must end once the faults have ended. */
const QUIET_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 250;

export async function runFaultCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const startedMs = performance.now();
  await using stack = new AsyncDisposableStack();
  const logDir = await mkdtemp(path.join(tmpdir(), 'stockflow-chaos-logs-'));
  const world = await makeWorld(options, logDir, stack);
  const verifier = new Verifier(world);
  const random = makeRandom(options.seed);
  const looking = setInterval(() => void verifier.sampleJobs(), LOOK_EVERY_MS * 4);
  stack.defer(() => clearInterval(looking));

  await pause(options.warmUpMs ?? 0);
  const trials: Trial[] = [];
  const endsAtMs = options.minutes === null ? Number.POSITIVE_INFINITY : startedMs + options.minutes * 60_000;
  for (let number = 1; number <= options.trials && performance.now() < endsAtMs; number += 1) {
    const trialMs = performance.now();
    const own = random.fork(`trial ${number}`);
    const fault = drawFault(own, options.faults ?? FAULTS);
    const what = await fault.inject(world, own);
    await verifier.afterTrial(number);
    const trial = { number, fault: fault.name, what, tookMs: Math.round(performance.now() - trialMs) };
    trials.push(trial);
    options.onTrial?.(trial, verifier.findings);
  }
  await settleDown(world, verifier, trials.length);
  const runIds = await allRuns(world.pool);
  await verifier.atTheEnd(trials.length, runIds);
  return {
    seed: options.seed,
    trials,
    findings: verifier.findings,
    restartLatenciesMs: verifier.restartLatenciesMs,
    runs: runIds.length,
    logDir: await keptLogs(logDir, verifier),
    acknowledged: world.fleet.acknowledged.length,
    tookMs: Math.round(performance.now() - startedMs),
  };
}

async function keptLogs(logDir: string, verifier: Verifier): Promise<string | null> {
  if (verifier.findings.length > 0) return logDir;
  await rm(logDir, { recursive: true, force: true });
  return null;
}

async function makeWorld(
  options: CampaignOptions,
  logDir: string,
  stack: AsyncDisposableStack,
): Promise<World> {
  const {
    leaseMs = DEFAULT_LEASE_MS,
    workers = DEFAULT_WORKERS,
    shapes = SHAPES,
    activeRuns = ACTIVE_RUNS,
  } = options;
  const cluster = stack.use(options.database ?? (await ChaosCluster.start()));
  const startedAt = Temporal.Now.instant();
  const pool = createPool(cluster.url, {
    applicationName: 'stockflow chaos',
    max: 8,
    statementTimeoutMs: 20_000,
  });
  stack.defer(() => pool.end());
  await migrate(pool, { set: 'runner', directory: path.join(ROOT, 'migrations/runner') });
  await migrateQueue(cluster.url, silentLog);
  await pool.query(await readFile(path.join(import.meta.dirname, 'schema.sql'), 'utf8'));
  const proxy = stack.use(await startProxy({ target: { port: cluster.port } }));
  const farUrl = new URL(cluster.url);
  farUrl.port = `${proxy.port}`;
  const receiver = stack.use(await AlertReceiver.start());
  const fleet = stack.use(
    new Fleet({
      size: workers,
      url: cluster.url,
      farUrl: farUrl.href,
      leaseMs,
      graceMs: GRACE_MS,
      logDir,
      channels: receiver.channels,
      concurrency: CONCURRENCY,
    }),
  );
  const random = makeRandom(`${options.seed}/load`);
  const load = stack.use(await Load.create(pool, { shapes, activeRuns, random }));
  await fleet.fill();
  load.begin();
  return {
    ...{ cluster, fleet, proxy, receiver, pool, load, leaseMs },
    graceMs: GRACE_MS,
    // No worker is presumed dead in the first moments of the server, which count as the end of an outage.
    records: { kills: [], drains: [], outages: [{ from: startedAt, to: startedAt }], awaited: [] },
  };
}

/** Stops faults and new runs; then everything must end, and every worker must be able to work. */
async function settleDown(world: World, verifier: Verifier, trial: number): Promise<void> {
  const { fleet, load, pool } = world;
  await load.end();
  for (const worker of fleet.living) if (worker.armed !== null) await worker.disarm();
  await fleet.fill();
  const isQuiet = async () =>
    (await load.clearFailed()) === 0 && (await retryDuringOutage(() => unfinishedRuns(pool))).length === 0;
  if (!(await within(QUIET_WITHIN_MS, isQuiet))) {
    const stuck = await retryDuringOutage(() => unfinishedRuns(pool));
    verifier.addViolation(
      trial,
      'end',
      `runs ${stuck.join(', ')} have not ended ${QUIET_WITHIN_MS} ms after the last fault`,
    );
  }
  const from = Temporal.Now.instant();
  const idle = new Set(fleet.living);
  await within(QUIET_WITHIN_MS, async () => {
    if (await isQuiet()) await load.trigger(FAN_IN);
    for (const worker of idle)
      if ((await retryDuringOutage(() => claimAfter(pool, worker.pid, from))) !== null) idle.delete(worker);
    return idle.size === 0;
  });
  const isTold = async () => {
    await skipWaits(pool);
    return (await retryDuringOutage(() => pendingDeliveries(pool))) === 0;
  };
  if (!(await within(QUIET_WITHIN_MS, isTold)))
    verifier.addViolation(
      trial,
      'E13',
      `alerts are still to be sent ${QUIET_WITHIN_MS} ms after the last fault`,
    );
  for (const { pid } of idle) verifier.addViolation(trial, 'E7', `worker ${pid} does no work any more`);
  await within(QUIET_WITHIN_MS, isQuiet);
}

async function within(limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = performance.now() + limitMs;
  while (performance.now() < giveUpAt) {
    if (await isSo()) return true;
    await pause(LOOK_EVERY_MS);
  }
  return await isSo();
}
