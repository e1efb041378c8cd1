/** Keeps runs of every shape active, edits a DAG under its runs, and moves a schedule's cursor back. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Random } from '../../../demo/world/random.ts';
import {
  clearTasks,
  loadTaskTypes,
  readDagFile,
  registerDagFile,
  type TaskTypes,
  triggerRun,
} from '../../../runner/index.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { failedRunsOf, unfinishedRuns } from '../verify/read_facts.ts';
import { brokenEdit, EDITED, editedShape, RECOVERING, type Shape, TICK } from './shapes.ts';

const LOOK_EVERY_MS = 150;
const EDIT_EVERY_TICKS = 12;
const PUSH_EVERY_TICKS = 20;

const CLEAR_FAILED = {
  by: { actor: 'chaos', channel: 'cli' },
  ...{ reason: null, taskId: null, onlyFailed: true, downstream: false },
} as const;

export interface LoadOptions {
  readonly shapes: readonly Shape[];
  /** The least number of running or queued runs. */
  readonly activeRuns: number;
  readonly random: Random;
}

export class Load implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #options: LoadOptions;
  readonly #folder: string;
  readonly #taskTypes: TaskTypes;
  readonly #stopping = new AbortController();
  #edits = 0;
  #pushes = 0;
  #loop: Promise<void> = Promise.resolve();

  private constructor(pool: Pool, options: LoadOptions, setUp: { folder: string; taskTypes: TaskTypes }) {
    this.#pool = pool;
    this.#options = options;
    this.#folder = setUp.folder;
    this.#taskTypes = setUp.taskTypes;
  }

  /** Registers the DAGs; no run is started yet. */
  static async create(pool: Pool, options: LoadOptions): Promise<Load> {
    const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-chaos-dags-'));
    const taskTypes = await loadTaskTypes(path.join(import.meta.dirname, '../tasks'));
    const load = new Load(pool, options, { folder, taskTypes });
    for (const { dagId, yaml } of options.shapes) await load.#register(dagId, yaml);
    return load;
  }

  begin(): void {
    this.#loop = this.#keepGoing();
  }

  /** Stops starting runs; existing ones continue. */
  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async trigger(dagId: string): Promise<number> {
    const run = await retryDuringOutage(() =>
      triggerRun(this.#pool, {
        ...{ dagId, date: null, params: {}, timeEdges: 'keep', reason: null },
        by: { actor: 'chaos', channel: 'scheduler' },
      }),
    );
    return run.runId;
  }

  /** Clears what failed in the runs that recover then. @returns the number of runs */
  async clearFailed(): Promise<number> {
    const runIds = await retryDuringOutage(() => failedRunsOf(this.#pool, RECOVERING));
    for (const runId of runIds) {
      await retryDuringOutage(async () => {
        try {
          await clearTasks(this.#pool, runId, CLEAR_FAILED);
        } catch (error) {
          // It was cleared by a commit whose answer an outage swallowed.
          if (!(error instanceof Error && error.name === 'OperatorError')) throw error;
        }
      });
    }
    return runIds.length;
  }

  /** Moves the schedule's cursor one minute further back than ever, and has `lookers` jobs plan from it at once. */
  async pushSchedule(dagId: string, lookers: number): Promise<void> {
    this.#pushes += 1;
    await retryDuringOutage(() =>
      this.#pool.query(
        `update stockflow.dag set schedule_cursor = created_at - $2 * interval '1 minute', next_scheduled_for = now() where dag_id = $1`,
        [dagId, this.#pushes],
      ),
    );
    await retryDuringOutage(() =>
      this.#pool.query(
        `select graphile_worker.add_job('stockflow.schedule', json_build_object('dag_id', $1::text)) from generate_series(1, $2::integer)`,
        [dagId, lookers],
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #keepGoing(): Promise<void> {
    const { signal } = this.#stopping;
    const { shapes, activeRuns } = this.#options;
    const has = (dagId: string) => shapes.some((shape) => shape.dagId === dagId);
    for (let tick = 0; !signal.aborted; tick += 1) {
      const active = (await retryDuringOutage(() => unfinishedRuns(this.#pool))).length;
      for (let count = active; count < activeRuns; count += 1) await this.trigger(this.#drawShape().dagId);
      if (has(RECOVERING)) await this.clearFailed();
      if (has(EDITED) && tick % EDIT_EVERY_TICKS === 0) await this.#edit();
      if (has(TICK) && tick % PUSH_EVERY_TICKS === 0) await this.pushSchedule(TICK, 2);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #drawShape(): Shape {
    const { shapes, random } = this.#options;
    return random.pick(shapes.flatMap((shape) => Array<Shape>(shape.weight).fill(shape)));
  }

  /** Writes a new text, and sometimes a broken one. */
  async #edit(): Promise<void> {
    this.#edits += 1;
    if (this.#edits % 4 === 0) await this.#register(EDITED, brokenEdit());
    else await this.#register(EDITED, editedShape(`v${this.#edits}`).yaml);
  }

  async #register(dagId: string, yaml: string): Promise<void> {
    const file = path.join(this.#folder, `${dagId}.yaml`);
    await writeFile(file, yaml);
    const dagFile = await readDagFile(file, this.#taskTypes);
    await retryDuringOutage(() => registerDagFile(this.#pool, dagFile, { actor: 'chaos', channel: 'files' }));
  }
}
