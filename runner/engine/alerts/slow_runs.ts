/** Tells of runs that take longer than the last ones did. */
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { slowSentence } from '../../core/alert/sentence.ts';
import { type UsualRun, usualRun } from '../../core/alert/slow.ts';
import { spanText } from '../../core/time/time_text.ts';
import { type RunningRun, recentRunDurations, runningRuns } from '../../store/alert/run_duration.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import type { DagVersions } from '../dags/versions.ts';
import { postOfRun } from './outbox.ts';

/** Each process keeps one: it remembers how long each run under way may take, so that the history is read once a run. */
export class SlowRuns {
  readonly #pool: Pool;
  readonly #versions: DagVersions;
  /** By run_id; null for a run that is told of, or never will be. */
  #usual = new Map<number, UsualRun | null>();

  constructor(pool: Pool, versions: DagVersions) {
    this.#pool = pool;
    this.#versions = versions;
  }

  async tell(): Promise<void> {
    const running = await runningRuns(this.#pool);
    const usual = new Map<number, UsualRun | null>();
    for (const run of running) {
      const known = this.#usual.get(run.runId);
      usual.set(run.runId, known === undefined ? await this.#usualOf(run) : known);
    }
    this.#usual = usual;
    for (const run of running) {
      const bound = usual.get(run.runId) ?? null;
      if (bound === null || run.ranMs <= bound.boundMs) continue;
      await this.#tellOf(run, bound);
      usual.set(run.runId, null);
    }
  }

  async #usualOf(run: RunningRun): Promise<UsualRun | null> {
    const index = await this.#versions.getReadable(run.dagVersionId);
    return index?.recipients.has('slow') ? usualRun(await recentRunDurations(this.#pool, run)) : null;
  }

  /** Tells under the run's lock, so that a run that is about to succeed closes what was told. */
  async #tellOf({ runId, dagVersionId, ranMs }: RunningRun, usual: UsualRun): Promise<void> {
    await withTransaction(this.#pool, async (tx) => {
      const run = await lockRun(tx, runId);
      if (run?.state !== 'running' || run.reopenCount > 0) return;
      const { dag, recipients } = await this.#versions.get(dagVersionId, tx);
      await postOfRun(tx, run, {
        kind: 'slow',
        timezone: dag.timezone,
        channels: recipients.get('slow') ?? [],
        sentence: slowSentence(run, usual, ranMs),
        cause: null,
        facts: {
          figure: { name: 'duration', value: spanText(ranMs), bound: spanText(usual.boundMs) },
        },
      });
    });
  }
}
