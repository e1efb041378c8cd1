/** A chapter: many nights in a row of the same stores, each beginning with what the one before left. */
import { setTimeout as pause } from 'node:timers/promises';
import { DAG_ID, startNightWorker } from '../demo/night.ts';
import { makeRandom, type Random } from '../demo/random.ts';
import { keyText } from '../demo/world/stock_key.ts';
import { trueCounts } from '../demo/world/true_count.ts';
import { triggerRun } from '../runner/engine/trigger.ts';
import type { Worker } from '../runner/engine/worker.ts';
import { findRun } from '../runner/store/dag_run.ts';
import { instancesOfRun } from '../runner/store/task_instance.ts';
import type { Lifetime } from '../test/support/database.ts';
import { firstDate } from './calendar.ts';
import { startDoomedWorker } from './crash.ts';
import { ExpectedCounts } from './expected_counts.ts';
import type { Happening } from './happening.ts';
import { heldKeys } from './held_keys.ts';
import { judgeKey } from './judge_key.ts';
import { type NightPlan, planNight, snapshotOf } from './night_plan.ts';
import type { NightResult } from './night_result.ts';
import { instantOf, offerCutFile, offerFile } from './offered_file.ts';
import { countBatches, readOmsCounts } from './oms_counts.ts';
import { OmsScribe } from './oms_scribe.ts';
import { plainOnHand } from './plain_practice.ts';
import { type NightFile, writeNightFile } from './retailpro_night_file.ts';
import { openStoreWorld, type StoreWorld } from './store_world.ts';
import { tellWindow } from './tell.ts';

const LOOK_EVERY_MS = 15;
const ENDED_WITHIN_MS = 90_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface ChapterOptions {
  readonly seed: string;
  /** The number of its first night in the campaign. */
  readonly firstNight: number;
  readonly nights: number;
  /** Whether to work out what the plain practice would have left. */
  readonly withPlainPractice: boolean;
}

export async function* workChapter(lifetime: Lifetime, options: ChapterOptions): AsyncGenerator<NightResult> {
  const random = makeRandom(options.seed);
  const date = firstDate(random);
  const chapter = new Chapter(await openStoreWorld(lifetime, random, date), options);
  lifetime.after(() => chapter.stop());
  for (let index = 0; index < options.nights; index += 1) {
    yield await chapter.night(random.fork(`night ${index}`), date.add({ days: index }), index);
  }
}

class Chapter {
  readonly #stores: StoreWorld;
  readonly #options: ChapterOptions;
  readonly #expected = new ExpectedCounts();
  readonly #scribe: OmsScribe;
  #happenings: readonly Happening[];
  /** Up to which instant everything has happened and is written down. */
  #clockMs: number;
  #worker: Worker | null = null;
  #ids = 0;
  #appliedNights = 0;
  /** The last applied file. */
  #lastApplied: { readonly snapshotAtMs: number; readonly content: string } | null = null;

  constructor(stores: StoreWorld, options: ChapterOptions) {
    this.#stores = stores;
    this.#options = options;
    this.#scribe = new OmsScribe(stores.pool);
    this.#happenings = stores.world.events.filter((event) => event.kind === 'moved');
    this.#clockMs = Math.max(...this.#happenings.map(({ atMs }) => atMs));
  }

  async stop(): Promise<void> {
    await this.#worker?.stop(1_000);
    this.#worker = null;
  }

  async night(random: Random, date: Temporal.PlainDate, index: number): Promise<NightResult> {
    const { world, keys } = this.#stores;
    const storeIds = world.stores.map(({ facilityId }) => facilityId);
    const plan = planNight(random, { date, storeIds });
    const told = tellWindow({
      random,
      keys,
      storeIds,
      fromMs: this.#clockMs,
      toMs: plan.endAtMs,
      focusMs: [
        plan.snapshotAtMs,
        ...plan.ownSnapshotAtMs.values(),
        plan.snapshotAtMs,
        plan.freezeAtMs,
        plan.resetAtMs,
      ],
      nextId: () => String(++this.#ids),
    });
    this.#happenings = [...this.#happenings, ...told];
    this.#scribe.expect(told);
    await this.#scribe.writeUntil(plan.freezeAtMs);
    const file = writeNightFile({
      random,
      world,
      happenings: this.#happenings,
      snapshotOf: (facilityId) => snapshotOf(plan, facilityId),
      mark: index + 1,
    });
    await this.#stores.site.clearOutgoing();
    const outcome = await this.#workKind(random, plan, file);
    await this.#scribe.writeUntil(plan.endAtMs);
    this.#clockMs = plan.endAtMs;
    return await this.#compare(plan, file, outcome, index);
  }

  /** Works the night as its kind says. @returns what went otherwise than it must, and which keys were held */
  async #workKind(random: Random, plan: NightPlan, file: NightFile): Promise<Outcome> {
    const { kind, snapshotAtMs } = plan;
    const wrong: string[] = [];
    const expect = async (state: 'success' | 'failed', run: Promise<string>) => {
      const found = await run;
      if (!found.startsWith(state)) wrong.push(`the run was to be ${state} and is ${found}`);
    };
    const success = { isApplied: true, knownAtMs: plan.freezeAtMs, wrong };
    const failed = { isApplied: false, knownAtMs: plan.freezeAtMs, wrong };
    /** The good file comes after all, when all that happened that night is written. */
    const secondTry = async (): Promise<Outcome> => {
      await this.#scribe.writeUntil(plan.endAtMs);
      await this.#stores.site.clearOutgoing();
      await offerFile(this.#stores.site, this.#stores.world, { plan, file });
      await expect('success', this.#run(plan));
      return { ...success, knownAtMs: plan.endAtMs };
    };
    switch (kind) {
      case 'missing':
        await expect('failed', this.#run(plan));
        return failed;
      case 'late':
        await expect('failed', this.#run(plan));
        return await secondTry();
      case 'cut':
        await offerCutFile(this.#stores.site, random, { plan, file });
        await expect('failed', this.#run(plan));
        return random.chance(0.5) ? await secondTry() : failed;
      case 'yesterday': {
        const yesterday = this.#lastApplied;
        if (yesterday !== null) {
          const atMs = random.chance(0.5) ? snapshotAtMs : yesterday.snapshotAtMs;
          await this.#stores.site.putReset({ snapshotAt: instantOf(atMs), content: yesterday.content });
        }
        await expect('failed', this.#run(plan));
        return random.chance(0.5) ? await secondTry() : failed;
      }
      case 'double':
        await this.#putOlder(random, snapshotAtMs - random.integer(60, 3600) * 1000);
        break;
      case 'crashed':
        await offerFile(this.#stores.site, this.#stores.world, { plan, file });
        await expect('success', this.#runWithCrash(random, plan));
        return success;
      case 'twice': {
        await offerFile(this.#stores.site, this.#stores.world, { plan, file });
        await this.#startWorker();
        const [first, second] = [await this.#trigger(plan.date), await this.#trigger(plan.date)];
        await expect('success', this.#ended(first, plan));
        await expect('success', this.#ended(second, plan));
        return success;
      }
      default:
    }
    await offerFile(this.#stores.site, this.#stores.world, { plan, file });
    await expect('success', this.#run(plan));
    if (kind === 'rerun') await expect('success', this.#run(plan));
    if (kind === 'backfill') {
      await this.#putOlder(random, snapshotAtMs - DAY_MS + random.integer(-60, 60) * 1000);
      await expect('failed', this.#run(plan, plan.date.subtract({ days: 1 })));
    }
    return success;
  }

  /** A whole and good file of an earlier instant. */
  async #putOlder(random: Random, atMs: number): Promise<void> {
    this.#ids += 1;
    const { content } = writeNightFile({
      random,
      world: this.#stores.world,
      happenings: this.#happenings,
      snapshotOf: () => atMs,
      mark: -this.#ids,
    });
    await this.#stores.site.putReset({ snapshotAt: instantOf(atMs), content });
  }

  async #run(plan: NightPlan, date = plan.date): Promise<string> {
    await this.#startWorker();
    return await this.#ended(await this.#trigger(date), plan);
  }

  async #runWithCrash(random: Random, plan: NightPlan): Promise<string> {
    await this.stop();
    const { databaseUrl, env } = this.#stores.setting;
    const doomed = await startDoomedWorker(random, { databaseUrl, env });
    const runId = await this.#trigger(plan.date);
    await doomed.died(async () => ((await findRun(this.#stores.pool, runId))?.finishedAt ?? null) !== null);
    await this.#startWorker();
    return await this.#ended(runId, plan);
  }

  async #startWorker(): Promise<void> {
    this.#worker ??= await startNightWorker(this.#stores.setting);
  }

  async #trigger(date: Temporal.PlainDate): Promise<number> {
    const request = { dagId: DAG_ID, date, params: {}, timeEdges: 'collapse', reason: null } as const;
    return (await triggerRun(this.#stores.pool, { ...request, by: this.#stores.setting.by })).runId;
  }

  /** Lets the OMS move on, one write a look, while the run is at work. @returns its state, and what failed */
  async #ended(runId: number, plan: NightPlan): Promise<string> {
    const { pool } = this.#stores;
    const giveUpAtMs = performance.now() + ENDED_WITHIN_MS;
    for (;;) {
      const run = await findRun(pool, runId);
      if (run !== null && run.finishedAt !== null) {
        const failed = (await instancesOfRun(pool, runId)).filter(({ state }) => state === 'failed');
        return [run.state, ...failed.map(({ taskId, errorText }) => `${taskId}: ${errorText}`)].join('; ');
      }
      if (performance.now() > giveUpAtMs) return `${run?.state} after ${ENDED_WITHIN_MS} ms`;
      await this.#scribe.writeBeside(plan);
      await pause(LOOK_EVERY_MS);
    }
  }

  async #compare(plan: NightPlan, file: NightFile, outcome: Outcome, index: number): Promise<NightResult> {
    const { keys, pool, world } = this.#stores;
    const snapshots = new Map(
      world.facilities.map(({ facilityId }) => [facilityId, snapshotOf(plan, facilityId)]),
    );
    const held = heldKeys(this.#happenings, snapshots, outcome.knownAtMs);
    const covered = new Set(outcome.isApplied ? [...file.told].filter((text) => !held.has(text)) : []);
    const shelves = new Map([...snapshots].map(([id, atMs]) => [id, trueCounts(this.#happenings, atMs)]));
    const wrong = [...outcome.wrong];
    let plainWrongKeys = 0;
    const found = await readOmsCounts(pool, snapshots);
    for (const key of keys) {
      const text = keyText(key);
      const snapshotAtMs = snapshots.get(key.facilityId) ?? plan.snapshotAtMs;
      const isCovered = covered.has(text);
      if (isCovered) this.#expected.setRight(key, snapshotAtMs, shelves.get(key.facilityId)?.get(text) ?? 0);
      const expected = this.#expected.of(key, this.#happenings, { snapshotAtMs, nowMs: plan.endAtMs });
      wrong.push(...judgeKey({ text, isCovered }, expected, found.get(text)));
      if (isCovered && this.#options.withPlainPractice) {
        const retailproUnits = file.retailproUnits.get(text) ?? 0;
        const plain = plainOnHand(key, retailproUnits, { happenings: this.#happenings, plan });
        if (plain !== expected?.onHandUnits) plainWrongKeys += 1;
      }
    }
    if (outcome.isApplied) {
      this.#appliedNights += 1;
      this.#lastApplied = { snapshotAtMs: plan.snapshotAtMs, content: file.content };
    }
    const batches = await countBatches(pool);
    for (const kind of ['RESET', 'VARIANCE']) {
      if ((batches[kind] ?? 0) !== this.#appliedNights)
        wrong.push(`${batches[kind] ?? 0} ${kind} batches after ${this.#appliedNights} applied nights`);
    }
    return {
      night: this.#options.firstNight + index,
      date: plan.date.toString(),
      kind: plan.kind,
      changesClock: plan.changesClock,
      isApplied: outcome.isApplied,
      ambiguousKeys: outcome.isApplied ? held.size : 0,
      cancelledAcross: this.#happenings.filter(
        (event) =>
          event.kind === 'shipped' &&
          event.cancelled !== null &&
          event.atMs <= snapshotOf(plan, event.facilityId) &&
          event.cancelled.atMs > snapshotOf(plan, event.facilityId),
      ).length,
      ownSnapshots: plan.ownSnapshotAtMs.size,
      keysCompared: keys.length,
      wrong,
      plainWrongKeys: this.#options.withPlainPractice ? plainWrongKeys : null,
    };
  }
}

interface Outcome {
  readonly isApplied: boolean;
  /** What the OMS knew of bookings when the night was frozen. */
  readonly knownAtMs: number;
  readonly wrong: readonly string[];
}
