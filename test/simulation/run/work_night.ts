/** Runs a night according to its kind: the files on the server, the runs, and the faults. */
import type { Random } from '../../../demo/world/random.ts';
import type { NightSite } from '../../support/night/site.ts';
import { countByLocation, loseIds } from '../plan/damaged_file.ts';
import { isCoverLost } from '../plan/lost_cover.ts';
import { correctedPlan, type NightPlan, snapshotOf, snapshotsOf } from '../plan/night_plan.ts';
import { isKnownToHaveMoved, readOmsCounts } from '../verify/oms_counts.ts';
import { deliverCutFile, deliverFile, instantOf } from '../world/file_delivery.ts';
import type { NightFile } from '../world/retailpro_night_file.ts';
import type { StoreWorld } from '../world/store_world.ts';
import type { DagRuns, RunParams } from './dag_runs.ts';

const DAY_MS = 24 * 3_600_000;

/** A planned night, which may be applied or not. */
export interface PlannedNight {
  readonly plan: NightPlan;
  readonly file: NightFile;
}

export interface Circumstances extends PlannedNight {
  readonly random: Random;
  readonly stores: StoreWorld;
  readonly runs: DagRuns;
  /** The last applied file. */
  readonly lastApplied: { readonly snapshotAtMs: number; readonly file: NightFile } | null;
  /** The previous night, if it was not applied. */
  readonly missed: PlannedNight | null;
  /** Generates a complete and valid file of another instant. */
  readonly fileOf: (snapshotOf: (facilityId: string) => number) => NightFile;
  /** Writes everything that happens until the night's end to the OMS. */
  readonly writeToEnd: () => Promise<void>;
}

/** A night about to be run. */
interface ReadyNight extends PlannedNight {
  /** The instant of the freeze, up to which the OMS knew of bookings. */
  readonly knownAtMs: number;
}

export interface AppliedNight extends ReadyNight {
  /** The OMS's count of each key as of its snapshot, before the night. */
  readonly ledgerBefore: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
}

export interface Outcome {
  /** The nights in the order in which they were applied. */
  readonly applied: readonly AppliedNight[];
  /** Sentences about unexpected outcomes. */
  readonly unexpected: readonly string[];
  readonly faults: readonly string[];
}

export async function workNight(circumstances: Circumstances): Promise<Outcome> {
  const work = new NightWork(circumstances);
  const applied = await work.asItsKindSays();
  return { applied, unexpected: work.unexpected, faults: work.faults };
}

class NightWork {
  readonly unexpected: string[] = [];
  readonly faults: string[] = [];
  readonly #about: Circumstances;
  readonly #site: NightSite;

  constructor(about: Circumstances) {
    this.#about = about;
    this.#site = about.stores.site;
  }

  async asItsKindSays(): Promise<readonly AppliedNight[]> {
    const { random, plan, file, runs, stores } = this.#about;
    const tonight = { plan, file, knownAtMs: plan.freezeAtMs };
    switch (plan.kind) {
      case 'missing':
        this.#fault('no file');
        this.#expect('failed', await runs.run(this.#about));
        return [];
      case 'late':
        this.#fault('file after the deadline');
        this.#expect('failed', await runs.run(this.#about));
        return await this.#secondTry();
      case 'cut':
        this.#fault('cut file');
        await deliverCutFile(this.#site, random, { plan, file });
        this.#expect('failed', await runs.run(this.#about));
        return random.chance(0.5) ? await this.#secondTry() : [];
      case 'yesterday':
        await this.#offerYesterdays();
        this.#expect('failed', await runs.run(this.#about));
        return random.chance(0.5) ? await this.#secondTry() : [];
      case 'caught_up':
        return [...(await this.#catchUp()), ...(await this.#run(tonight))];
      case 'double':
        this.#fault('two files of the night');
        await this.#offerOther(plan.snapshotAtMs - random.integer(60, 3600) * 1000);
        return await this.#run(tonight);
      case 'twice':
        this.#fault('run twice at once');
        return await this.#applyBy(tonight, () => runs.runTwice(this.#about));
      case 'crashed':
        return await this.#applyBy(tonight, async () => {
          const { state, place } = await runs.runWithCrash(this.#about);
          this.#fault(`worker killed: ${place}`);
          return [state];
        });
      case 'commit_lost':
        return await this.#applyBy(tonight, async () => {
          const { state, lost } = await runs.runWithLostCommit(this.#about);
          if (lost !== null) this.#fault(lost);
          return [state];
        });
      case 'sftp_cut':
        return await this.#applyBy(tonight, async () => {
          const { state, cut } = await runs.runWithCutSftp(this.#about);
          if (cut !== null) this.#fault(`SFTP cut during ${cut}`);
          return [state];
        });
      case 'rerun': {
        const applied = await this.#run(tonight);
        this.#fault('run again');
        this.#expect('success', await runs.run(this.#about));
        return applied;
      }
      case 'backfill': {
        const applied = await this.#run(tonight);
        this.#fault('older night worked after a newer one');
        await this.#offerOther(plan.snapshotAtMs - DAY_MS + random.integer(-60, 60) * 1000);
        this.#expect('failed', await runs.run(this.#about, plan.date.subtract({ days: 1 })));
        return applied;
      }
      case 'lost_cover':
        return await this.#loseCover(tonight);
      case 'two_locations': {
        this.#fault('counts at two locations');
        return await this.#run({ ...tonight, file: countByLocation(random, file, stores) });
      }
      case 'late_entries':
        this.#fault('entries that Retail Pro makes after its snapshot');
        return await this.#run(tonight);
      case 'corrected':
        return [...(await this.#run(tonight)), ...(await this.#correct())];
      case 'ordinary':
        return await this.#run(tonight);
    }
  }

  #fault(name: string): void {
    this.faults.push(name);
  }

  #expect(state: 'success' | 'failed', found: string): void {
    if (!found.startsWith(state)) this.unexpected.push(`the run was to be ${state} and is ${found}`);
  }

  #expectRefusal(why: RegExp, found: string): void {
    this.#expect('failed', found);
    if (!why.test(found)) this.unexpected.push(`the run was to fail by ${why} and is ${found}`);
  }

  async #run(night: ReadyNight, params: RunParams = {}): Promise<readonly AppliedNight[]> {
    return await this.#applyBy(night, async () => [
      await this.#about.runs.run(this.#about, night.plan.date, params),
    ]);
  }

  /** @param work runs it and returns the states of its runs, all of which must be success */
  async #applyBy(
    night: ReadyNight,
    work: () => Promise<readonly string[]>,
  ): Promise<readonly AppliedNight[]> {
    const { stores, runs } = this.#about;
    await deliverFile(this.#site, stores.world, night);
    const counts = await readOmsCounts(stores.pool, snapshotsOf(night.plan, stores.world.facilities));
    const ledgerBefore = new Map([...counts].map(([key, { atSnapshotUnits }]) => [key, atSnapshotUnits]));
    const states = await work();
    for (const state of states) this.#expect('success', state);
    return [{ ...night, ledgerBefore, warnings: await runs.warnings(states.length) }];
  }

  /**
   * Runs a night whose ids were read as numbers: refused by its coverage, unless that is still plausible or the guard
   * is overridden.
   */
  async #loseCover(tonight: ReadyNight): Promise<readonly AppliedNight[]> {
    const { random, file, runs, stores, lastApplied, plan } = this.#about;
    const { file: damaged, fault } = loseIds(random, file, stores);
    this.#fault(fault);
    const night = { ...tonight, file: damaged };
    if (!isCoverLost(damaged, lastApplied?.file ?? null)) return await this.#run(night);
    await deliverFile(this.#site, stores.world, night);
    this.#expectRefusal(/max_coverage_drop|at least 1 row is needed/, await runs.run(this.#about, plan.date));
    if (damaged.present.size > 0 && random.chance(0.3)) {
      this.#fault('lost cover let pass by a person');
      return await this.#run(night, {
        override_guards: 'max_coverage_drop',
        override_reason: 'a smaller range',
      });
    }
    return random.chance(0.5) ? await this.#secondTry() : [];
  }

  /** Runs the night again with the good file, after all of the night's events are recorded. */
  async #secondTry(): Promise<readonly AppliedNight[]> {
    const { plan, file, writeToEnd } = this.#about;
    await writeToEnd();
    await this.#site.clearOutgoing();
    return await this.#run({ plan, file, knownAtMs: plan.endAtMs });
  }

  /**
   * Runs a newer file of the same date: without `supersede` nothing changes, and with it the file is applied on top.
   */
  async #correct(): Promise<readonly AppliedNight[]> {
    const { plan, random, runs, stores, fileOf, writeToEnd } = this.#about;
    await writeToEnd();
    const later = correctedPlan(plan, random.integer(60, 1800) * 1000);
    const corrected = {
      plan: later,
      file: fileOf((facilityId) => snapshotOf(later, facilityId)),
      knownAtMs: plan.endAtMs,
    };
    await deliverFile(this.#site, stores.world, corrected);
    this.#fault('corrected file without supersede');
    this.#expect('failed', await runs.run(this.#about));
    if (random.chance(0.3)) return [];
    this.#fault('corrected file applied on top');
    return await this.#run(corrected, { supersede: true, supersede_reason: 'recounted' });
  }

  /** Runs the missed night from its own file, while nothing newer is applied. */
  async #catchUp(): Promise<readonly AppliedNight[]> {
    const { missed, plan } = this.#about;
    if (missed === null) return [];
    this.#fault('missed night caught up before this one');
    return await this.#run({ ...missed, knownAtMs: plan.freezeAtMs });
  }

  async #offerYesterdays(): Promise<void> {
    const { lastApplied, random, plan, stores } = this.#about;
    if (lastApplied === null) return this.#fault('no file');
    const span = { afterMs: lastApplied.snapshotAtMs, untilMs: plan.snapshotAtMs };
    // Unless a booking contradicts it, it equals the file of a day without movement.
    const isRenamed = random.chance(0.5) && (await isKnownToHaveMoved(stores.pool, span));
    this.#fault(isRenamed ? "yesterday's file under tonight's name" : "yesterday's file");
    const snapshotAt = instantOf(isRenamed ? plan.snapshotAtMs : lastApplied.snapshotAtMs);
    const { content } = lastApplied.file;
    await this.#site.putReset(isRenamed ? { snapshotAt, content, manifest: null } : { snapshotAt, content });
  }

  async #offerOther(atMs: number): Promise<void> {
    const { content } = this.#about.fileOf(() => atMs);
    await this.#site.putReset({ snapshotAt: instantOf(atMs), content });
  }
}
