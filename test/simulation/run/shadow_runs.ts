/** Works a night in shadow before it is applied, and compares what was foretold with what was done. */
import { setTimeout as pause } from 'node:timers/promises';
import { DAG_ID } from '../../../demo/night.ts';
import { findRun, instancesOfRun, triggerRun } from '../../../runner/index.ts';
import { omsDigest } from '../../support/night/oms.ts';
import { postingDifferences, readDone, readForetold } from '../verify/foretold.ts';
import type { StoreWorld } from '../world/store_world.ts';
import type { RunParams } from './dag_runs.ts';

const LOOK_EVERY_MS = 20;
const ENDED_WITHIN_MS = 90_000;

/** A night that was worked in shadow and not yet applied. */
export interface Foretold {
  readonly runId: number;
  readonly date: Temporal.PlainDate;
  /** How the run ended, in the words of a run that applies. */
  readonly state: string;
}

/** The sums over the shadow runs of a night. */
export interface ShadowFigures {
  readonly runs: number;
  /** Postings, counts set and keys held out that were foretold and compared. */
  readonly compared: number;
  readonly differences: readonly string[];
}

export class ShadowRuns {
  readonly #stores: StoreWorld;
  #figures = { runs: 0, compared: 0, differences: [] as string[] };

  constructor(stores: StoreWorld) {
    this.#stores = stores;
  }

  /** Returns the figures since the last call. */
  take(): ShadowFigures {
    const taken = this.#figures;
    this.#figures = { runs: 0, compared: 0, differences: [] };
    return taken;
  }

  async foretell(date: Temporal.PlainDate, params: RunParams): Promise<Foretold> {
    const { pool, setting } = this.#stores;
    const before = await omsDigest(pool);
    const { runId } = await triggerRun(pool, {
      ...{ dagId: DAG_ID, date, timeEdges: 'collapse', reason: null, by: setting.by },
      params: { ...params, mode: 'shadow' },
    });
    const state = await this.#ended(runId);
    this.#figures.runs += 1;
    const after = await omsDigest(pool);
    for (const [table, digest] of Object.entries(after)) {
      if (before[table] !== digest)
        this.#figures.differences.push(`shadow run ${runId} changed oms.${table}`);
    }
    return { runId, date, state };
  }

  /** @param state how the first run that applied has ended */
  async compare({ runId, date, state: foretoldState }: Foretold, state: string | undefined): Promise<void> {
    const { pool } = this.#stores;
    const { differences } = this.#figures;
    if (state !== foretoldState) {
      differences.push(`shadow run ${runId} of ${date} foretold "${foretoldState}", and it is "${state}"`);
    }
    const foretold = state === 'success' ? await readForetold(pool, runId) : null;
    if (foretold === null) return;
    const batches = Object.keys(foretold).filter((batch) => batch !== 'held');
    const done = await readDone(pool, { batches, businessDate: date });
    differences.push(...postingDifferences(foretold, done));
    this.#figures.compared += Object.values(foretold).reduce((sum, postings) => sum + postings.length, 0);
  }

  async #ended(runId: number): Promise<string> {
    const { pool } = this.#stores;
    const giveUpAtMs = performance.now() + ENDED_WITHIN_MS;
    for (;;) {
      const run = await findRun(pool, runId);
      if (run !== null && run.finishedAt !== null) {
        const failed = (await instancesOfRun(pool, runId)).filter(({ state }) => state === 'failed');
        return [run.state, ...failed.map(({ taskId, errorText }) => `${taskId}: ${errorText}`)].join('; ');
      }
      if (performance.now() > giveUpAtMs) return `${run?.state} after ${ENDED_WITHIN_MS} ms`;
      await pause(LOOK_EVERY_MS);
    }
  }
}
