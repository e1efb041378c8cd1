import { withTransaction } from '../../connections/postgres/connect.ts';
import { recordEvents } from '../../store/event/event.ts';
import { addWorkHints } from '../../store/queue/job.ts';
import { handBack, type RunningOn, runningOn } from '../../store/queue/lease.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import { attemptKey, type RunningAttempts } from '../worker/running_attempts.ts';

/**
 * Compares what runs in this process with what the table says runs in it. An attempt that only the process knows was
 * taken from it and is stopped. One that only the table knows, at two looks in a row, was claimed in a transaction whose
 * answer never came: it goes back to the queue.
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
    for (const task of confirmed) await this.#handBack(task);
  }

  /** Once nothing is under way in this process: what the table still has running here has nobody who works it. */
  async handBackAll(workerId: number): Promise<void> {
    for (const task of await runningOn(this.#engine.pool, workerId)) await this.#handBack(task);
  }

  async #handBack(task: RunningOn): Promise<void> {
    const engine = this.#engine;
    await withTransaction(engine.pool, async (tx) => {
      const run = await lockRun(tx, task.runId);
      failpoint('hand_back.locked');
      const hint = await handBack(tx, task);
      failpoint('hand_back.returned');
      if (run === null || hint === null) return;
      await addWorkHints(tx, [hint]);
      await recordEvents(tx, engine.actor, [
        {
          action: 'task.handed_over',
          dagId: run.dagId,
          runId: task.runId,
          taskId: task.taskId,
          reason: 'it was claimed in a transaction whose answer was lost',
        },
      ]);
      failpoint('hand_back.before_commit');
    });
    failpoint('hand_back.committed');
  }
}

function keyOf({ taskInstanceId, token }: RunningOn): string {
  return attemptKey(taskInstanceId, token);
}
