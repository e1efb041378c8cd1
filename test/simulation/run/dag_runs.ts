/** Runs the shipped DAG for the nights of a scenario, with concurrent OMS writes, and injects faults. */

import { setTimeout as pause } from 'node:timers/promises';
import { DAG_ID, startNightWorker } from '../../../demo/night.ts';
import type { Random } from '../../../demo/world/random.ts';
import {
  clearTasks,
  findRun,
  instancesOfRun,
  triggerRun,
  type Worker,
  warningsOfRuns,
} from '../../../runner/index.ts';
import { DIRECTIONS } from '../../support/tcp_proxy.ts';
import { dueAtMs } from '../plan/calendar.ts';
import type { NightPlan } from '../plan/night_plan.ts';
import { isSilent } from '../verify/silent_run.ts';
import type { OmsWriter } from '../world/oms_writer.ts';
import type { StoreWorld } from '../world/store_world.ts';
import { startKillableWorker } from './crash.ts';
import type { ShadowRuns } from './shadow_runs.ts';

const LOOK_EVERY_MS = 30;
const ENDED_WITHIN_MS = 90_000;
/** The error of a task whose worker was presumed dead three times on a loaded machine. */
const QUARANTINED = /its worker died 3 times/;
/** The commit message as a session sends it. */
const COMMIT = 'commit\0';
/** The tasks that commit to the OMS, in their order. */
const COMMITTING_TASKS = ['export', 'variance', 'reset', 'apply_variance', 'verify'] as const;

export type RunParams = Readonly<Record<string, string | boolean>>;

export interface RunOfNight {
  readonly random: Random;
  readonly plan: NightPlan;
}

export class DagRuns {
  readonly #stores: StoreWorld;
  readonly #omsWriter: OmsWriter;
  /** Null where nights are applied at once. */
  readonly #shadow: ShadowRuns | null;
  #worker: Worker | null = null;
  /** Bytes that an undisturbed night transfers over SFTP in each direction, from the latest one. */
  #sftpBytes = { to_server: 40_000, to_client: 40_000 };
  #runIds: number[] = [];
  #silent: string[] = [];
  /** The dates about which the schedule has decided. */
  readonly #decided = new Set<string>();

  constructor(stores: StoreWorld, omsWriter: OmsWriter, shadow: ShadowRuns | null) {
    this.#shadow = shadow;
    this.#stores = stores;
    this.#omsWriter = omsWriter;
  }

  async stop(): Promise<void> {
    await this.#worker?.stop(1_000);
    this.#worker = null;
  }

  /** Returns the runs triggered since the last call. */
  takeRunIds(): readonly number[] {
    const taken = this.#runIds;
    this.#runIds = [];
    return taken;
  }

  /** Returns the warnings of the newest run or runs. */
  async warnings(runs = 1): Promise<readonly string[]> {
    const found = await warningsOfRuns(this.#stores.pool, this.#runIds.slice(-runs));
    return found.map(({ sentence }) => sentence);
  }

  /** Returns, since the last call, runs that changed nothing, succeeded and gave no warning of it. */
  takeSilent(): readonly string[] {
    const taken = this.#silent;
    this.#silent = [];
    return taken;
  }

  /** @returns the run's state at its end, and the failed task */
  async run(night: RunOfNight, date = night.plan.date, params: RunParams = {}): Promise<string> {
    return await this.#foretold({ date, params }, async () => await this.#run(night, { date, params }));
  }

  /** Works the night in shadow first where the campaign says so. @param work returns how the night's first run has ended */
  async #foretold(
    { date, params = {} }: { readonly date: Temporal.PlainDate; readonly params?: RunParams },
    work: () => Promise<string>,
  ): Promise<string> {
    await this.#startWorker();
    const foretold = (await this.#shadow?.foretell(date, params)) ?? null;
    const state = await work();
    if (foretold !== null) await this.#shadow?.compare(foretold, state);
    return state;
  }

  async #run(
    night: RunOfNight,
    { date, params }: { readonly date: Temporal.PlainDate; readonly params: RunParams },
  ): Promise<string> {
    const before = this.#relayed();
    const state = await this.#ended(await this.#trigger(date, params), night);
    const after = this.#relayed();
    if (state === 'success') {
      for (const direction of DIRECTIONS) this.#sftpBytes[direction] = after[direction] - before[direction];
    }
    return state;
  }

  /** Triggers two runs at the same moment. */
  async runTwice(night: RunOfNight): Promise<readonly string[]> {
    const { date } = night.plan;
    const states: string[] = [];
    await this.#foretold({ date }, async () => {
      const runIds = await Promise.all([this.#trigger(date), this.#trigger(date)]);
      for (const runId of runIds) states.push(await this.#ended(runId, night));
      return states[0] ?? 'none';
    });
    return states;
  }

  /**
   * Runs a night whose worker dies; another one continues.
   * @returns the state, and where it died
   */
  async runWithCrash(night: RunOfNight): Promise<{ readonly state: string; readonly place: string }> {
    let place = 'nowhere';
    const state = await this.#foretold({ date: night.plan.date }, async () => {
      const crashed = await this.#crash(night);
      place = crashed.place;
      return crashed.state;
    });
    return { state, place };
  }

  async #crash(night: RunOfNight): Promise<{ readonly state: string; readonly place: string }> {
    await this.stop();
    const { databaseUrl, env } = this.#stores.setting;
    const killable = await startKillableWorker(night.random, { databaseUrl, env });
    const runId = await this.#trigger(night.plan.date);
    const place = await killable.died(
      async () => (await findRun(this.#stores.pool, runId))?.finishedAt != null,
    );
    await this.#startWorker();
    const state = await this.#ended(runId, night);
    if (!QUARANTINED.test(state)) return { state, place };
    await this.#clear(runId, {
      taskId: null,
      onlyFailed: true,
      reason: 'it was the worker, and not the task',
    });
    return { state: await this.#ended(runId, night), place: `${place}, then quarantined and cleared` };
  }

  /**
   * Runs a night in which one commit to the OMS is lost, or its answer is.
   * @returns the state, and which commit
   */
  async runWithLostCommit(
    night: RunOfNight,
  ): Promise<{ readonly state: string; readonly lost: string | null }> {
    const { random } = night;
    const nth = random.integer(1, COMMITTING_TASKS.length);
    const isAnswered = random.chance(0.6);
    const { omsProxy } = this.#stores;
    const { date } = night.plan;
    const state = await this.#foretold({ date }, async () => {
      omsProxy.loseMessage({ text: COMMIT, nth, isAnswered, effect: 'cut' });
      const ended = await this.#run(night, { date, params: {} });
      omsProxy.heal();
      return ended;
    });
    const what = `${isAnswered ? "commit's answer" : 'commit'} of ${COMMITTING_TASKS[nth - 1]} lost`;
    return { state, lost: omsProxy.hasLostMessage() ? what : null };
  }

  /**
   * Cuts all connections to the SFTP server after a random number of bytes. The failed task is cleared by hand, since
   * its retry would be a minute later.
   * @returns the state, and the task
   */
  async runWithCutSftp(night: RunOfNight): Promise<{ readonly state: string; readonly cut: string | null }> {
    const { random } = night;
    const { pool, sftpProxy } = this.#stores;
    const direction = random.pick(DIRECTIONS);
    let cut: string | null = null;
    const state = await this.#foretold({ date: night.plan.date }, async () => {
      sftpProxy.cutAfterBytes({ direction, count: random.integer(0, this.#sftpBytes[direction]) });
      const runId = await this.#trigger(night.plan.date);
      const ended = await this.#ended(runId, night, async () => {
        const waiting = (await instancesOfRun(pool, runId)).filter((task) => task.state === 'up_for_retry');
        for (const { taskId } of waiting) {
          sftpProxy.heal();
          cut ??= taskId;
          await this.#clear(runId, { taskId, onlyFailed: false, reason: 'the server answers again' });
        }
      });
      sftpProxy.heal();
      return ended;
    });
    return { state, cut };
  }

  async #clear(
    runId: number,
    what: { readonly taskId: string | null; readonly onlyFailed: boolean; readonly reason: string },
  ): Promise<void> {
    const { pool, setting } = this.#stores;
    await clearTasks(pool, runId, { ...what, downstream: false, by: setting.by });
  }

  #relayed() {
    const { sftpProxy } = this.#stores;
    return {
      to_server: sftpProxy.bytesRelayed('to_server'),
      to_client: sftpProxy.bytesRelayed('to_client'),
    };
  }

  async #startWorker(): Promise<void> {
    this.#worker ??= await startNightWorker(this.#stores.setting);
  }

  async #trigger(date: Temporal.PlainDate, params: RunParams = {}): Promise<number> {
    const scheduled = await this.#scheduled(date, params);
    if (scheduled !== null) return scheduled;
    const request = { dagId: DAG_ID, date, params, timeEdges: 'collapse', reason: null } as const;
    const { runId } = await triggerRun(this.#stores.pool, { ...request, by: this.#stores.setting.by });
    this.#runIds.push(runId);
    return runId;
  }

  /** Returns the run that the schedule makes of a date, the first time that it is asked for; null if it makes none. */
  async #scheduled(date: Temporal.PlainDate, params: RunParams): Promise<number | null> {
    const { schedule } = this.#stores;
    if (schedule === null || Object.keys(params).length > 0 || this.#decided.has(date.toString()))
      return null;
    this.#decided.add(date.toString());
    const decision = await schedule.decide(Temporal.Instant.fromEpochMilliseconds(dueAtMs(date)), date);
    if (decision.kind !== 'run') throw new Error(`the schedule makes no run of ${date}: ${decision.kind}`);
    this.#runIds.push(decision.runId);
    return decision.runId;
  }

  /** Waits for the run's end while the OMS makes a few writes at each poll. */
  async #ended(runId: number, night: RunOfNight, onLook?: () => Promise<void>): Promise<string> {
    const { pool } = this.#stores;
    const writing = night.random.fork(`writes beside run ${this.#runIds.length}`);
    const giveUpAtMs = performance.now() + ENDED_WITHIN_MS;
    for (;;) {
      const run = await findRun(pool, runId);
      if (run !== null && run.finishedAt !== null) {
        const failed = (await instancesOfRun(pool, runId)).filter(({ state }) => state === 'failed');
        if (run.state === 'success' && (await isSilent(pool, runId)))
          this.#silent.push(`run ${runId} of ${run.businessDate} changed nothing, and does not say so`);
        return [run.state, ...failed.map(({ taskId, errorText }) => `${taskId}: ${errorText}`)].join('; ');
      }
      if (performance.now() > giveUpAtMs) return `${run?.state} after ${ENDED_WITHIN_MS} ms`;
      await onLook?.();
      await this.#omsWriter.writeBeside(writing, night.plan);
      await pause(LOOK_EVERY_MS);
    }
  }
}
