import { withTransaction } from '../../connections/postgres/connect.ts';
import { recordEvents } from '../../store/event/event.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type RunningOn, releaseInstance, runningOn } from '../../store/queue/lease.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import { attemptKey, type RunningAttempts } from '../worker/running_attempts.ts';

/**
 * Compares the attempts of this process with those that the table assigns to it. An attempt that only the process knows
 * was taken from it and is stopped. An attempt that only the table knows, in two comparisons in a row, was claimed in a
 * transaction whose answer was lost: it is released to the queue.
 */
export class Reconciler {
  readonly #engine: Engine;
  readonly #running: RunningAttempts;
  #suspects: ReadonlySet<string> = new Set();

  constructor(engine: Engine, running: RunningAttempts) {
    this.#engine = engine;
    this.#running = running;
  }

  async reconcile(workerId: number): Promise<void> {
    const ranBefore = this.#running.keys();
    const listed = await runningOn(this.#engine.pool, workerId);
    failpoint('reconcile.listed');
    const listedKeys = new Set(listed.map(keyOf));
    this.#running.abortSuperseded(ranBefore.difference(listedKeys));

    const runsNow = this.#running.keys();
    const unknown = listed.filter((task) => !ranBefore.has(keyOf(task)) && !runsNow.has(keyOf(task)));
    const confirmed = unknown.filter((task) => this.#suspects.has(keyOf(task)));
    this.#suspects = new Set(unknown.map(keyOf));
    for (const task of confirmed) await this.#releaseInstance(task);
  }

  /** Releases every attempt that the table assigns to this worker. Call it when none is running in this process. */
  async releaseAll(workerId: number): Promise<void> {
    for (const task of await runningOn(this.#engine.pool, workerId)) await this.#releaseInstance(task);
  }

  async #releaseInstance(task: RunningOn): Promise<void> {
    const engine = this.#engine;
    await withTransaction(engine.pool, async (tx) => {
      const run = await lockRun(tx, task.runId);
      failpoint('release.locked');
      const job = await releaseInstance(tx, task);
      failpoint('release.returned');
      if (run === null || job === null) return;
      await addWorkJobs(tx, [job]);
      await recordEvents(tx, engine.actor, [
        {
          action: 'task.handed_over',
          dagId: run.dagId,
          runId: task.runId,
          taskId: task.taskId,
          reason: 'it was claimed in a transaction whose answer was lost',
        },
      ]);
      failpoint('release.before_commit');
    });
    failpoint('release.committed');
  }
}

function keyOf({ taskInstanceId, token }: RunningOn): string {
  return attemptKey(taskInstanceId, token);
}
