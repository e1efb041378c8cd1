/** Puts what was read to the checks, and keeps what they found. */
import type { Pool } from 'pg';
import { DEADLY } from '../campaign/shapes.ts';
import type { World } from '../campaign/world.ts';
import { checkAcknowledgedKept } from '../checks/acknowledged_kept.ts';
import { checkComebacks } from '../checks/comeback.ts';
import { checkDrains } from '../checks/drain.ts';
import { checkEndedRight } from '../checks/ended_right.ts';
import { checkInnocents } from '../checks/innocents.ts';
import { checkLiveHints } from '../checks/live_hint.ts';
import { checkNoConflicts } from '../checks/no_conflicts.ts';
import { checkOneResultPerToken } from '../checks/one_result_per_token.ts';
import { checkOneRunPerInstant } from '../checks/one_run_per_instant.ts';
import { checkRestarts, restartMs, restartsAfter } from '../checks/restart.ts';
import { checkSuccessors } from '../checks/successor_once.ts';
import { checkTerminalStays } from '../checks/terminal_stays.ts';
import { checkVersionPinned } from '../checks/version_pinned.ts';
import { patiently } from '../cluster/retry_during_outage.ts';
import type { Comeback, HintLook, Invariant, Outage, RunFacts, Violation } from './facts.ts';
import {
  claimAfter,
  readFacts,
  recentRuns,
  scheduledRuns,
  transitionsOfWorkers,
  withoutLiveJob,
} from './read_facts.ts';

/** A queued task has a live job again after this, at the latest. */
const HINT_LIMIT_MS = 10_000;
/** The lease as shipped, the sweep, and room for a queue. */
const RESTART_LIMIT_MS = 15_000;
/** To reconnect, and to be given something. */
const COMEBACK_LIMIT_MS = 20_000;
/** After a start of Postgres no worker is taken for dead so soon: none could renew its lease. */
const AFTER_OUTAGE_MS = 10_000;
const LOOK_BACK_S = 15;
const RUNS_AT_ONCE = 300;
const DEADLY_DAGS = new Set(DEADLY.map(({ dagId }) => dagId));

export interface Finding {
  readonly trial: number;
  readonly violation: Violation;
}

export class Judge {
  readonly #world: World;
  readonly #found = new Map<string, Finding>();
  readonly #looks: HintLook[] = [];
  readonly #latencies = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get findings(): readonly Finding[] {
    return [...this.#found.values()];
  }

  /** From a kill to the next start of each task that ran there, in ms, shortest first. */
  get restartLatenciesMs(): readonly number[] {
    return [...this.#latencies.values()].toSorted((a, b) => a - b);
  }

  /** Looks for queued tasks that nothing points at; often, since each look sees one moment only. */
  async lookAtHints(): Promise<void> {
    const pool: Pool = this.#world.pool;
    const without = await patiently(() => withoutLiveJob(pool));
    this.#looks.push({ at: Temporal.Now.instant(), without });
    if (this.#looks.length > 500) this.#looks.shift();
  }

  /** All invariants, over the runs that the trial can have touched. */
  async afterTrial(trial: number): Promise<void> {
    const { pool } = this.#world;
    await this.lookAtHints();
    const acknowledged = [...this.#world.fleet.acknowledged];
    const runIds = await patiently(() => recentRuns(pool, LOOK_BACK_S));
    await this.#judgeRuns(trial, runIds, acknowledged);
    await this.#judgeWorkers(trial);
  }

  /** All invariants, over every run that there ever was. */
  async atTheEnd(trial: number, runIds: readonly number[]): Promise<void> {
    const acknowledged = [...this.#world.fleet.acknowledged];
    for (let from = 0; from < runIds.length; from += RUNS_AT_ONCE) {
      await this.#judgeRuns(trial, runIds.slice(from, from + RUNS_AT_ONCE), acknowledged);
    }
    const known = new Set(runIds);
    for (const one of acknowledged.filter(({ runId }) => !known.has(runId))) {
      this.#add(trial, [
        { invariant: 'E7', text: `run ${one.runId} was worked on and is not in the database` },
      ]);
    }
    await this.#judgeWorkers(trial);
  }

  addViolation(trial: number, invariant: Invariant, text: string): void {
    this.#add(trial, [{ invariant, text }]);
  }

  async #judgeRuns(
    trial: number,
    runIds: readonly number[],
    acknowledged: World['fleet']['acknowledged'],
  ): Promise<void> {
    const { pool, fleet, records } = this.#world;
    const facts: RunFacts = await patiently(() => readFacts(pool, runIds));
    const own = new Set(runIds);
    const ownAcknowledged = acknowledged.filter(({ runId }) => own.has(runId));
    const ended = facts.runs.filter(({ state }) => state !== 'queued' && state !== 'running');
    this.#add(trial, [
      ...checkOneRunPerInstant(await patiently(() => scheduledRuns(pool))),
      ...checkOneResultPerToken(facts, ownAcknowledged),
      ...checkSuccessors(facts),
      ...checkTerminalStays(facts.transitions, facts.operatorEvents),
      ...checkAcknowledgedKept(ownAcknowledged, facts.transitions),
      ...checkNoConflicts(facts, fleet.conflictLines),
      ...checkVersionPinned(facts),
      ...checkDrains(records.drains, facts.attempts),
      ...checkEndedRight({ ...facts, runs: ended }),
      ...checkInnocents({ ...facts, runs: ended }, DEADLY_DAGS),
    ]);
  }

  async #judgeWorkers(trial: number): Promise<void> {
    const { pool, fleet, records } = this.#world;
    const outages = this.#outages();
    const now = Temporal.Now.instant();
    const kills = records.kills.filter(({ at }) => now.epochMilliseconds - at.epochMilliseconds < 90_000);
    const workerIds = kills.flatMap((kill) => kill.workerIds);
    const restarts = restartsAfter(kills, await patiently(() => transitionsOfWorkers(pool, workerIds)));
    for (const restart of restarts) {
      if (restart.startedAt === null) continue;
      this.#latencies.set(`${restart.instanceId} ${restart.killedAt}`, restartMs(restart, outages, now));
    }
    const comebacks = await this.#comebacks();
    this.#add(trial, [
      ...checkLiveHints(this.#looks, outages, HINT_LIMIT_MS),
      ...checkRestarts(restarts, outages, { limitMs: RESTART_LIMIT_MS, now }),
      ...checkComebacks(comebacks, fleet.unexplainedEnds, { outages, limitMs: COMEBACK_LIMIT_MS, now }),
    ]);
  }

  /** Of workers that live still; what became of the others tells nothing. */
  async #comebacks(): Promise<readonly Comeback[]> {
    const { pool, fleet, records } = this.#world;
    const comebacks: Comeback[] = [];
    for (const awaited of [...records.awaited]) {
      const { worker, after, from } = awaited;
      const workedAt = await patiently(() => claimAfter(pool, worker.pid, from));
      const isUnharmed = fleet.unharmed.includes(worker);
      if (workedAt !== null || isUnharmed) comebacks.push({ pid: worker.pid, after, from, workedAt });
      if (workedAt !== null || !fleet.living.includes(worker)) {
        records.awaited.splice(records.awaited.indexOf(awaited), 1);
      }
    }
    return comebacks;
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
