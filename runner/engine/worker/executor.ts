import { withTransaction } from '../../connections/postgres/connect.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type ClaimTarget, claim, claimInPool } from '../../store/task/claim.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { DEFAULT_POOL, holdSlot, isPooled, releaseSlot } from '../../store/worker/pool.ts';
import { runAttempt } from '../attempt/attempt.ts';
import { AttemptReport } from '../attempt/report.ts';
import { CompletionBatcher, type NextClaim } from '../completion/batcher.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import type { RunningAttempts } from './running_attempts.ts';

const TURN_MS = 5_000;

export interface ExecutorOptions {
  /** Aborted when the worker takes no more work. */
  readonly stopping: AbortSignal;
  /**
   * The time in ms for which a slot runs successors of its own tasks before jobs of the queue have their turn; 5 s by
   * default.
   */
  readonly turnMs?: number | undefined;
}

/**
 * Runs tasks in a worker's slots: takes a job of the queue, claims its task, runs it, and continues with its
 * successors.
 */
export class Executor {
  readonly #engine: Engine;
  readonly #running: RunningAttempts;
  readonly #batcher: CompletionBatcher;
  readonly #stopping: AbortSignal;
  readonly #turnMs: number;

  constructor(engine: Engine, running: RunningAttempts, { stopping, turnMs = TURN_MS }: ExecutorOptions) {
    this.#engine = engine;
    this.#running = running;
    this.#batcher = new CompletionBatcher(engine);
    this.#stopping = stopping;
    this.#turnMs = turnMs;
  }

  /**
   * Runs the task of a job, then the next instances that its slot claims: successors, and every `turnMs` the job that
   * has waited longest in the queue, so that no run keeps a slot from the others. Ends when nothing is claimed or the
   * worker is stopping.
   */
  async work(job: ClaimTarget): Promise<void> {
    if (this.#stopping.aborted) return await this.#requeue(job);
    let claimed = await this.#claim(job);
    let turnBeganAt = performance.now();
    const nextOfSlot = (): NextClaim['next'] => {
      if (this.#stopping.aborted) return 'stop';
      if (performance.now() - turnBeganAt < this.#turnMs) return 'follow';
      turnBeganAt = performance.now();
      return 'queue';
    };
    while (claimed !== null) claimed = await this.#workClaimed(claimed, nextOfSlot);
  }

  async #claim(job: ClaimTarget): Promise<ClaimedTask | null> {
    failpoint('claim.before');
    const claimed = await claim(this.#engine.pool, job, this.#engine.workerId());
    failpoint('claim.after');
    if (claimed !== null || !(await isPooled(this.#engine.pool, job))) return claimed;
    return await withTransaction(this.#engine.pool, async (tx) => {
      const claimedInPool = await claimInPool(tx, job, this.#engine.workerId());
      failpoint('claim.in_pool');
      return claimedInPool;
    });
  }

  async #workClaimed(claimed: ClaimedTask, nextOfSlot: () => NextClaim['next']): Promise<ClaimedTask | null> {
    const { taskInstanceId, attemptToken } = claimed;
    this.#engine.clock.observe(claimed.claimedAt);
    const controller = this.#running.add(taskInstanceId, attemptToken);
    const report = new AttemptReport(this.#engine, claimed);
    const isPooledTask = claimed.pool !== DEFAULT_POOL;
    try {
      failpoint('run.before');
      const outcome = await runAttempt(this.#engine, claimed, report, controller);
      failpoint('run.worked');
      await report.close();
      failpoint('run.reported');
      if (outcome === null) return null;
      if (report.isWorking && isPooledTask) await holdSlot(this.#engine.pool, claimed);
      const result = { outcome, meter: report.meter };
      return await this.#batcher.finish(claimed, result, { next: nextOfSlot() });
    } finally {
      this.#running.remove(taskInstanceId, attemptToken);
      if (isPooledTask) void this.#releaseSlot(claimed, report);
    }
  }

  /** Releases the pool slot of a task once its work has ended, also if the task was ended by others or abandoned. */
  async #releaseSlot(claimed: ClaimedTask, report: AttemptReport): Promise<void> {
    const { pool, log } = this.#engine;
    await report.whenWorkEnds();
    try {
      await withTransaction(pool, async (tx) => addWorkJobs(tx, await releaseSlot(tx, claimed)));
    } catch (error) {
      log.warn('a held slot was not released; it is released when its time is over', {
        error: String(error),
      });
    }
  }

  /** Puts a job that reached a stopping worker back into the queue, for another worker. */
  async #requeue(job: ClaimTarget): Promise<void> {
    failpoint('requeue.before');
    await addWorkJobs(this.#engine.pool, [{ ...job, runAt: null, priority: 0 }]);
    failpoint('requeue.after');
  }
}
