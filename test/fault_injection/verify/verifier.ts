/** Runs the checks on the facts and collects violations. */
import type { Pool } from 'pg';
import { DEADLY, FAILING, RECOVERING } from '../campaign/shapes.ts';
import type { World } from '../campaign/world.ts';
import { checkAcknowledgedKept } from '../checks/acknowledged_kept.ts';
import { checkDrains } from '../checks/drain.ts';
import { checkEndedRight } from '../checks/ended_right.ts';
import { checkInnocents } from '../checks/innocents.ts';
import { checkLiveJobs } from '../checks/live_job.ts';
import { checkNoConflicts } from '../checks/no_conflicts.ts';
import { checkOneResultPerToken } from '../checks/one_result_per_token.ts';
import { checkOneRunPerInstant } from '../checks/one_run_per_instant.ts';
import { checkRecoveries } from '../checks/recovery.ts';
import { checkRestarts, restartMs, restartsAfter } from '../checks/restart.ts';
import { checkSuccessors } from '../checks/successor_once.ts';
import { checkTerminalStays } from '../checks/terminal_stays.ts';
import { checkAllArrived, checkArrivals, checkToldOnce } from '../checks/told_once.ts';
import { checkVersionPinned } from '../checks/version_pinned.ts';
import { CHANNELS } from '../cluster/receiver.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import type { CampaignFacts, Invariant, JobSample, Outage, Recovery, Violation } from './facts.ts';
import {
  claimAfter,
  readFacts,
  recentRuns,
  scheduledRuns,
  transitionsOfWorkers,
  withoutLiveJob,
} from './read_facts.ts';

/** The longest time that a queued task may lack a live job. */
const LIVE_JOB_LIMIT_MS = 10_000;
/** The shipped lease, the sweep, and time in the queue. */
const RESTART_LIMIT_MS = 15_000;
/** The time to reconnect and to claim a task. */
const RECOVERY_LIMIT_MS = 20_000;
/** After a start of Postgres no worker is presumed dead for this long, since none could renew its lease. */
const AFTER_OUTAGE_MS = 10_000;
const LOOK_BACK_S = 15;
const RUNS_AT_ONCE = 300;
const FAILING_DAGS = { always: new Set([FAILING]), untilCleared: new Set([RECOVERING]) };
const DEADLY_DAGS = new Set(DEADLY.map(({ dagId }) => dagId));

export interface ReportedViolation {
  readonly trial: number;
  readonly violation: Violation;
}

export class Verifier {
  readonly #world: World;
  readonly #found = new Map<string, ReportedViolation>();
  readonly #samples: JobSample[] = [];
  readonly #latencies = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get findings(): readonly ReportedViolation[] {
    return [...this.#found.values()];
  }

  /** The time from a kill to the next start of each task that ran there, in ms, shortest first. */
  get restartLatenciesMs(): readonly number[] {
    return [...this.#latencies.values()].toSorted((a, b) => a - b);
  }

  /** Samples the queued tasks without a job; called often, since each sample shows one moment. */
  async sampleJobs(): Promise<void> {
    const pool: Pool = this.#world.pool;
    const without = await retryDuringOutage(() => withoutLiveJob(pool));
    this.#samples.push({ at: Temporal.Now.instant(), without });
    if (this.#samples.length > 500) this.#samples.shift();
  }

  /** Checks all invariants over the runs that the trial can have affected. */
  async afterTrial(trial: number): Promise<void> {
    const { pool } = this.#world;
    await this.sampleJobs();
    const acknowledged = [...this.#world.fleet.acknowledged];
    const runIds = await retryDuringOutage(() => recentRuns(pool, LOOK_BACK_S));
    await this.#verifyRuns(trial, runIds, acknowledged);
    await this.#verifyWorkers(trial);
  }

  /** Checks all invariants over every run. */
  async atTheEnd(trial: number, runIds: readonly number[]): Promise<void> {
    const acknowledged = [...this.#world.fleet.acknowledged];
    for (let from = 0; from < runIds.length; from += RUNS_AT_ONCE) {
      const { alerts } = await this.#verifyRuns(trial, runIds.slice(from, from + RUNS_AT_ONCE), acknowledged);
      this.#add(trial, checkAllArrived(alerts, this.#world.receiver.arrivals));
    }
    const known = new Set(runIds);
    const strange = this.#world.receiver.arrivals
      .flatMap(({ alerts }) => alerts)
      .filter(({ runId }) => runId === null || !known.has(runId));
    for (const { alertId, kind, runId } of strange)
      this.addViolation(
        trial,
        'E13',
        `alert ${alertId}, ${kind} of run ${runId}, arrived and is of no run of the load`,
      );
    for (const one of acknowledged.filter(({ runId }) => !known.has(runId))) {
      this.#add(trial, [
        { invariant: 'E7', text: `run ${one.runId} was worked on and is not in the database` },
      ]);
    }
    await this.#verifyWorkers(trial);
  }

  addViolation(trial: number, invariant: Invariant, text: string): void {
    this.#add(trial, [{ invariant, text }]);
  }

  async #verifyRuns(
    trial: number,
    runIds: readonly number[],
    acknowledged: World['fleet']['acknowledged'],
  ): Promise<CampaignFacts> {
    const { pool, fleet, records, receiver } = this.#world;
    // Before the rows are read, since what arrived was committed before.
    const arrivals = [...receiver.arrivals];
    const facts: CampaignFacts = await retryDuringOutage(() => readFacts(pool, runIds));
    const own = new Set(runIds);
    const ownAcknowledged = acknowledged.filter(({ runId }) => own.has(runId));
    const ended = facts.runs.filter(({ state }) => state !== 'queued' && state !== 'running');
    this.#add(trial, [
      ...checkOneRunPerInstant(await retryDuringOutage(() => scheduledRuns(pool))),
      ...checkOneResultPerToken(facts, ownAcknowledged),
      ...checkSuccessors(facts),
      ...checkTerminalStays(facts.transitions, facts.operatorEvents),
      ...checkAcknowledgedKept(ownAcknowledged, facts.transitions),
      ...checkNoConflicts(facts, fleet.conflictLines),
      ...checkVersionPinned(facts),
      ...checkDrains(records.drains, facts.attempts),
      ...checkEndedRight({ ...facts, runs: ended }, FAILING_DAGS),
      ...checkToldOnce(facts, CHANNELS),
      ...checkArrivals(facts, arrivals),
      ...checkInnocents({ ...facts, runs: ended }, DEADLY_DAGS),
    ]);
    return facts;
  }

  async #verifyWorkers(trial: number): Promise<void> {
    const { pool, fleet, records } = this.#world;
    const outages = this.#outages();
    const now = Temporal.Now.instant();
    const kills = records.kills.filter(({ at }) => now.epochMilliseconds - at.epochMilliseconds < 90_000);
    const workerIds = kills.flatMap((kill) => kill.workerIds);
    const restarts = restartsAfter(
      kills,
      await retryDuringOutage(() => transitionsOfWorkers(pool, workerIds)),
    );
    for (const restart of restarts) {
      if (restart.startedAt === null) continue;
      this.#latencies.set(`${restart.instanceId} ${restart.killedAt}`, restartMs(restart, outages, now));
    }
    const recoveries = await this.#recoveries();
    this.#add(trial, [
      ...checkLiveJobs(this.#samples, outages, LIVE_JOB_LIMIT_MS),
      ...checkRestarts(restarts, outages, { limitMs: RESTART_LIMIT_MS, now }),
      ...checkRecoveries(recoveries, fleet.unexplainedEnds, { outages, limitMs: RECOVERY_LIMIT_MS, now }),
    ]);
  }

  /** Returns the recoveries of workers that still live; the others prove nothing. */
  async #recoveries(): Promise<readonly Recovery[]> {
    const { pool, fleet, records } = this.#world;
    const recoveries: Recovery[] = [];
    for (const awaited of [...records.awaited]) {
      const { worker, after, from } = awaited;
      const workedAt = await retryDuringOutage(() => claimAfter(pool, worker.pid, from));
      const isUnharmed = fleet.unharmed.includes(worker);
      if (workedAt !== null || isUnharmed) recoveries.push({ pid: worker.pid, after, from, workedAt });
      if (workedAt !== null || !fleet.living.includes(worker)) {
        records.awaited.splice(records.awaited.indexOf(awaited), 1);
      }
    }
    return recoveries;
  }

  #outages(): readonly Outage[] {
    return this.#world.records.outages.map(({ from, to }) => ({
      from,
      to: to.add({ milliseconds: AFTER_OUTAGE_MS }),
    }));
  }

  #add(trial: number, violations: readonly Violation[]): void {
    for (const violation of violations) {
      const key = `${violation.invariant} ${violation.text}`;
      if (!this.#found.has(key)) this.#found.set(key, { trial, violation });
    }
  }
}
