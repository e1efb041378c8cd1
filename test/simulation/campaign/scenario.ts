/** A scenario: consecutive nights of the same stores, each beginning with the state that the previous one left. */
import type { Pool } from 'pg';
import { makeRandom, type Random } from '../../../demo/world/random.ts';
import { keyText } from '../../../demo/world/stock_key.ts';
import { trueCounts } from '../../../demo/world/true_count.ts';
import type { NightServer } from '../../support/night/site.ts';
import type { Lifetime } from '../../support/postgres/database.ts';
import { firstDate } from '../plan/calendar.ts';
import { closedName, YEAR_START } from '../plan/closed_dates.ts';
import type { Event } from '../plan/event.ts';
import { generateEvents } from '../plan/generate_events.ts';
import { generateLateEntries } from '../plan/late_entry.ts';
import { type NightKind, type NightPlan, planNight, snapshotOf, snapshotsOf } from '../plan/night_plan.ts';
import { countBesideTasks } from '../run/beside_tasks.ts';
import { workClosedNight } from '../run/closed_night.ts';
import { DagRuns } from '../run/dag_runs.ts';
import { ShadowRuns } from '../run/shadow_runs.ts';
import { type AppliedNight, type Outcome, type PlannedNight, workNight } from '../run/work_night.ts';
import { ExpectedCounts } from '../verify/expected_counts.ts';
import { heldOutKeys } from '../verify/held_out_keys.ts';
import { missingDateMismatches } from '../verify/missing_dates.ts';
import { naiveOnHand } from '../verify/naive_baseline.ts';
import {
  type ExpectedWarnings,
  expectedWarnings,
  warningMismatches,
  warningNames,
} from '../verify/night_warnings.ts';
import { countBatches, readOmsCounts } from '../verify/oms_counts.ts';
import { verifyKey } from '../verify/verify_key.ts';
import { OmsWriter } from '../world/oms_writer.ts';
import { type NightFile, writeNightFile } from '../world/retailpro_night_file.ts';
import { openStoreWorld, type StoreWorld } from '../world/store_world.ts';
import { countEvents, countPlaces } from './count_events.ts';
import { countByName } from './counts.ts';
import type { NightResult } from './night_result.ts';

/** The number of late entries in a night that has them. */
const LATE_ENTRIES = 2;

/** Changes the OMS in a way that no model knows of; the comparison has to find it. */
export type Tamper = (
  pool: Pool,
  moment: { readonly night: number; readonly when: 'before the run' | 'after the run' },
) => Promise<void>;

export interface ScenarioOptions {
  readonly seed: string;
  /** The number of its first night in the campaign. */
  readonly firstNight: number;
  readonly nights: number;
  /** Whether to compute the result of the naive baseline. */
  readonly withNaiveBaseline: boolean;
  /** The kinds of its first nights, in order; the rest are random. */
  readonly kinds?: readonly NightKind[] | undefined;
  readonly server?: NightServer | undefined;
  readonly tamper?: Tamper | undefined;
  /** Whether each run is worked in shadow first. */
  readonly inShadowFirst: boolean;
  /** The calendar of the DAG: its schedule then decides about each night of the year in which nights are simulated. */
  readonly calendar?: string | undefined;
}

export async function* runScenario(
  lifetime: Lifetime,
  options: ScenarioOptions,
): AsyncGenerator<NightResult> {
  const random = makeRandom(options.seed);
  const { server = 'in_process', firstNight, calendar = null } = options;
  const date = calendar === null ? firstDate(random) : YEAR_START.add({ days: firstNight });
  const stores = await openStoreWorld(lifetime, random, { date, server, calendar });
  const scenario = new Scenario(stores, options);
  lifetime.after(() => scenario.stop());
  for (let index = 0; index < options.nights; index += 1) {
    yield await scenario.night(random.fork(`night ${index}`), date.add({ days: index }), index);
  }
}

class Scenario {
  readonly #stores: StoreWorld;
  readonly #options: ScenarioOptions;
  readonly #expected = new ExpectedCounts();
  readonly #omsWriter: OmsWriter;
  readonly #runs: DagRuns;
  readonly #shadow: ShadowRuns | null;
  #events: readonly Event[];
  /** The instant up to which all events have happened and are recorded. */
  #clockMs: number;
  #ids = 0;
  #batches = { RESET: 0, VARIANCE: 0 };
  #lastApplied: { readonly snapshotAtMs: number; readonly file: NightFile } | null = null;
  /** The keys that the newest night has set. */
  #covered: ReadonlySet<string> = new Set();
  #missed: PlannedNight | null = null;

  constructor(stores: StoreWorld, options: ScenarioOptions) {
    this.#stores = stores;
    this.#options = options;
    this.#omsWriter = new OmsWriter(stores.pool);
    this.#shadow = options.inShadowFirst ? new ShadowRuns(stores) : null;
    this.#runs = new DagRuns(stores, this.#omsWriter, this.#shadow);
    this.#events = stores.world.events.filter((event) => event.kind === 'moved');
    this.#clockMs = Math.max(...this.#events.map(({ atMs }) => atMs));
  }

  async stop(): Promise<void> {
    await this.#runs.stop();
  }

  async night(random: Random, date: Temporal.PlainDate, index: number): Promise<NightResult> {
    const startedMs = performance.now();
    const { pool, schedule } = this.#stores;
    const night = this.#options.firstNight + index;
    const storeIds = this.#stores.world.stores.map(({ facilityId }) => facilityId);
    const closedAs = schedule === null ? null : closedName(date);
    const kind = closedAs === null ? this.#options.kinds?.[index] : 'ordinary';
    const plan = planNight(random, { date, storeIds, isOneMissed: this.#missed !== null, kind });
    const generated = this.#generateEvents(random, plan, storeIds);
    this.#events = [...this.#events, ...generated];
    this.#omsWriter.expect(generated);
    await this.#omsWriter.writeUntil(plan.freezeAtMs);
    const file = this.#fileOf(random, (facilityId) => snapshotOf(plan, facilityId), index + 1);
    await this.#stores.site.clearOutgoing();
    await this.#options.tamper?.(pool, { night, when: 'before the run' });
    const outcome =
      schedule !== null && closedAs !== null
        ? await workClosedNight(schedule, { date, closedAs })
        : await workNight({
            ...{ random, plan, file, stores: this.#stores, runs: this.#runs },
            ...{ lastApplied: this.#lastApplied, missed: this.#missed },
            fileOf: (snapshotOf) => this.#fileOf(random, snapshotOf, -++this.#ids),
            writeToEnd: () => this.#omsWriter.writeUntil(plan.endAtMs),
          });
    await this.#omsWriter.writeUntil(plan.endAtMs);
    this.#clockMs = plan.endAtMs;
    await this.#options.tamper?.(pool, { night, when: 'after the run' });
    const { traits, warningMismatches, ...compared } = await this.#compare(plan, outcome);
    const unexpected = [
      ...outcome.unexpected,
      ...warningMismatches,
      ...(await this.#countBatches(outcome)),
      ...(schedule === null
        ? []
        : await missingDateMismatches(pool, { first: date.subtract({ days: index }), last: date })),
    ];
    // Of a closed night there is no file to make up for.
    if (closedAs === null) this.#remember({ plan, file }, outcome);
    else this.#missed = null;
    return {
      night,
      date: date.toString(),
      kind: closedAs === null ? plan.kind : 'closed',
      clockChange: plan.clockChange,
      isApplied: outcome.applied.length > 0,
      ...compared,
      ...{ unexpected, traits, silent: this.#runs.takeSilent(), shadow: this.#shadow?.take() ?? null },
      faults: countByName(outcome.faults),
      events: countEvents(generated),
      places: countPlaces(generated, plan),
      besideTasks: await countBesideTasks(pool, this.#runs.takeRunIds()),
      milliseconds: performance.now() - startedMs,
    };
  }

  #generateEvents(random: Random, plan: NightPlan, storeIds: readonly string[]): readonly Event[] {
    const { keys } = this.#stores;
    const fromMs = this.#clockMs;
    const ofStores = keys.filter(({ facilityId }) => storeIds.includes(facilityId));
    const late = plan.kind === 'late_entries' ? random.shuffle(ofStores).slice(0, LATE_ENTRIES) : [];
    const generated = generateEvents({
      random,
      // Little else happens to these, so that the night can see what was taken away.
      keys: keys.filter((key) => !late.includes(key)),
      storeIds,
      fromMs,
      toMs: plan.endAtMs,
      freezeAtMs: plan.freezeAtMs,
      focusMs: [
        plan.snapshotAtMs,
        ...plan.ownSnapshotAtMs.values(),
        plan.snapshotAtMs,
        plan.freezeAtMs,
        plan.resetAtMs,
        plan.applyAtMs,
      ],
      nextId: () => String(++this.#ids),
    });
    return [...generated, ...generateLateEntries({ random, plan, keys: late, fromMs })];
  }

  #fileOf(random: Random, snapshotOf: (facilityId: string) => number, mark: number): NightFile {
    const { world, locations } = this.#stores;
    return writeNightFile({ random, world, locations, events: this.#events, snapshotOf, mark });
  }

  #remember(night: PlannedNight, { applied }: Outcome): void {
    const last = applied.at(-1);
    this.#missed = last === undefined ? night : null;
    if (last !== undefined) this.#lastApplied = { snapshotAtMs: last.plan.snapshotAtMs, file: last.file };
  }

  /** Compares every count of the OMS with the model's, and the number of batches. */
  async #compare(plan: NightPlan, outcome: Outcome) {
    const { keys, pool } = this.#stores;
    const wrong: string[] = [];
    let [naiveWrongKeys, heldCount] = [0, 0];
    let covered: ReadonlySet<string> = new Set();
    const said: { owed: ExpectedWarnings; warningMismatches: readonly string[] }[] = [];
    for (const night of outcome.applied) {
      const set = this.#setRight(night);
      covered = set.covered;
      heldCount += set.held.size;
      said.push(this.#verifyWarnings(night, set));
      this.#covered = covered;
    }
    // Of a night that was corrected the newest file's.
    const { facilities } = this.#stores.world;
    const snapshots = snapshotsOf(outcome.applied.at(-1)?.plan ?? plan, facilities);
    const tonights = outcome.applied.at(-1)?.file.retailproUnits;
    const found = await readOmsCounts(pool, snapshots);
    const byKey = Map.groupBy(this.#events, keyText);
    for (const key of keys) {
      const text = keyText(key);
      const snapshotAtMs = snapshots.get(key.facilityId) ?? plan.snapshotAtMs;
      const isCovered = covered.has(text);
      const own = byKey.get(text) ?? [];
      const expected = this.#expected.of(key, own, { snapshotAtMs, nowMs: plan.endAtMs });
      wrong.push(...verifyKey({ text, isCovered }, expected, found.get(text)));
      if (isCovered && this.#options.withNaiveBaseline) {
        const plain = naiveOnHand(tonights?.get(text) ?? 0, own, plan);
        if (plain !== expected?.onHandUnits) naiveWrongKeys += 1;
      }
    }
    const known = new Set(keys.map(keyText));
    for (const text of found.keys()) if (!known.has(text)) wrong.push(`${text}: an item that nothing made`);
    return {
      keysCompared: keys.length,
      wrong,
      naiveWrongKeys: this.#options.withNaiveBaseline ? naiveWrongKeys : null,
      warningMismatches: said.flatMap(({ warningMismatches }) => warningMismatches),
      traits: [
        ...new Set(said.flatMap(({ owed }) => warningNames(owed).map((name) => `a warning: ${name}`))),
        ...(outcome.applied.some(({ file }) => file.located.intersection(file.singleCounted).size > 0)
          ? ['counts summed over two locations']
          : []),
        ...(heldCount > 0 ? ['keys held because a booking was ambiguous'] : []),
        ...(plan.ownSnapshotAtMs.size > 0 ? ['stores counted at their own time'] : []),
        ...(this.#isCancelledAcross(plan) ? ['units cancelled after T that had left before it'] : []),
      ],
    };
  }

  /**
   * Checks for one more batch of each kind for each applied night.
   * @returns the deviations
   */
  async #countBatches({ applied }: Outcome): Promise<readonly string[]> {
    const before = this.#batches;
    this.#batches = await countBatches(this.#stores.pool);
    return (['RESET', 'VARIANCE'] as const)
      .map((kind) => ({ kind, added: this.#batches[kind] - before[kind] }))
      .filter(({ added }) => added !== applied.length)
      .map(({ kind, added }) => `${added} more ${kind} batches for ${applied.length} nights`);
  }

  #verifyWarnings(night: AppliedNight, set: { covered: ReadonlySet<string>; held: ReadonlySet<string> }) {
    const { world } = this.#stores;
    const owed = expectedWarnings({
      ...{ ...night, ...set, coveredBefore: this.#covered, events: this.#events },
      snapshots: snapshotsOf(night.plan, world.facilities),
      activeProducts: world.activeProducts.length,
    });
    return { owed, warningMismatches: warningMismatches(owed, night.warnings) };
  }

  #setRight({ plan, file, knownAtMs }: AppliedNight) {
    const snapshots = snapshotsOf(plan, this.#stores.world.facilities);
    const held = heldOutKeys(this.#events, snapshots, knownAtMs);
    const covered = new Set([...file.singleCounted].filter((text) => !held.has(text)));
    const shelves = new Map([...snapshots].map(([id, atMs]) => [id, trueCounts(this.#events, atMs)]));
    for (const key of this.#stores.keys) {
      const text = keyText(key);
      const snapshotAtMs = snapshots.get(key.facilityId);
      if (snapshotAtMs !== undefined && covered.has(text))
        this.#expected.setRight(key, snapshotAtMs, shelves.get(key.facilityId)?.get(text) ?? 0);
    }
    return { covered, held };
  }

  #isCancelledAcross(plan: NightPlan): boolean {
    return this.#events.some(
      (event) =>
        event.kind === 'shipped' &&
        event.cancelled !== null &&
        event.atMs <= snapshotOf(plan, event.facilityId) &&
        event.cancelled.atMs > snapshotOf(plan, event.facilityId),
    );
  }
}
