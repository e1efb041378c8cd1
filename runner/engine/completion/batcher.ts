import { setImmediate as nextTurn } from 'node:timers/promises';
import { taskOf } from '../../core/dag/index.ts';
import { type Outcome, settle } from '../../core/run/settle.ts';
import { recordEvents } from '../../store/event/event.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { type AttemptMeter, type Ended, wasSettled } from '../../store/task/settlement.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import { retryWhileDatabaseUnavailable } from '../retry_unavailable.ts';
import { attemptKey } from '../worker/running_attempts.ts';
import { finishBatch } from './finish.ts';

/** The next claim of a slot whose attempt has ended. */
export interface NextClaim {
  /** `follow`: a successor, or a job of the queue; `queue`: only a job of the queue; `stop`: nothing. */
  readonly next: 'follow' | 'queue' | 'stop';
}

interface Waiting extends NextClaim {
  readonly claimed: ClaimedTask;
  readonly ended: Ended;
  readonly resolve: (next: ClaimedTask | null) => void;
}

/**
 * Ends attempts of this process in batches. Attempts of one run that end while its last batch is being committed share
 * the next transaction, so that a wide run costs few commits, and a single chain never waits.
 */
export class CompletionBatcher {
  readonly #engine: Engine;
  readonly #waiting = new Map<number, Waiting[]>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Settles an attempt. It is retried until the database answers, so it resolves only when the result is accepted or
   * refused.
   * @returns the instance that was claimed for the caller's slot, or null
   */
  async finish(
    claimed: ClaimedTask,
    result: { readonly outcome: Outcome; readonly meter: AttemptMeter },
    { next }: NextClaim,
  ): Promise<ClaimedTask | null> {
    const { log, versions } = this.#engine;
    const index = await retryWhileDatabaseUnavailable(log, () => versions.get(claimed.dagVersionId));
    const settlement = settle(result.outcome, taskOf(index, claimed.taskId), claimed.failureCount);
    const { taskInstanceId, taskId, attemptToken, runId } = claimed;
    return await new Promise((resolve) => {
      const waiting: Waiting = {
        claimed,
        ended: { taskInstanceId, taskId, attemptToken, settlement, meter: result.meter },
        next,
        resolve,
      };
      const others = this.#waiting.get(runId);
      if (others !== undefined) {
        others.push(waiting);
        return;
      }
      this.#waiting.set(runId, [waiting]);
      void this.#drain(claimed);
    });
  }

  async #drain({ runId, dagVersionId }: Pick<ClaimedTask, 'runId' | 'dagVersionId'>): Promise<void> {
    for (;;) {
      // Successors of the last batch start at once, and those that end immediately end together in the next batch.
      await nextTurn();
      const batch = this.#waiting.get(runId) ?? [];
      if (batch.length === 0) break;
      this.#waiting.set(runId, []);
      await this.#settleBatch({ runId, dagVersionId }, batch);
    }
    this.#waiting.delete(runId);
  }

  async #settleBatch(
    { runId, dagVersionId }: Pick<ClaimedTask, 'runId' | 'dagVersionId'>,
    batch: readonly Waiting[],
  ): Promise<void> {
    const engine = this.#engine;
    let lostAnswer = false;
    failpoint('finish.before');
    const { accepted, claimed } = await retryWhileDatabaseUnavailable(
      engine.log,
      () =>
        finishBatch(
          engine,
          { runId, dagVersionId, ended: batch.map(({ ended }) => ended) },
          {
            slots: batch.filter(({ next }) => next !== 'stop').length,
            mayFollow: batch.filter(({ next }) => next === 'follow').length,
          },
        ),
      () => {
        lostAnswer = true;
      },
    );
    failpoint('finish.answered');
    const taken = new Set(accepted.map((one) => attemptKey(one.taskInstanceId, one.attemptToken)));
    const waiting = [...claimed];
    for (const { claimed: own, ended, next, resolve } of batch) {
      if (taken.has(attemptKey(own.taskInstanceId, own.attemptToken))) this.#noticeSettled(own, ended);
      else await this.#explainRefusal(own, ended, lostAnswer);
      resolve(next === 'stop' ? null : (waiting.shift() ?? null));
    }
  }

  /** Logs that the commit was acknowledged: from here on no crash may lose this result. */
  #noticeSettled({ dagId, runId, taskId, attemptNumber }: ClaimedTask, ended: Ended): void {
    const { taskInstanceId, attemptToken, settlement } = ended;
    this.#engine.log.debug('an attempt was settled', {
      ...{ dagId, runId, taskId, attempt: attemptNumber },
      ...{ taskInstanceId, attemptToken, state: settlement.taskState },
    });
  }

  /**
   * Records that a result was refused. After a commit whose answer was lost the result may have been accepted; then
   * nothing was refused.
   */
  async #explainRefusal(claimed: ClaimedTask, ended: Ended, lostAnswer: boolean): Promise<void> {
    const engine = this.#engine;
    await retryWhileDatabaseUnavailable(engine.log, async () => {
      if (lostAnswer && (await wasSettled(engine.pool, ended))) return;
      const { dagId, runId, taskId, mapIndex, attemptNumber } = claimed;
      engine.log.warn('a late result was refused', { dagId, runId, taskId, attempt: attemptNumber });
      await recordEvents(engine.pool, engine.actor, [
        {
          action: 'attempt.refused',
          dagId,
          runId,
          taskId,
          mapIndex,
          reason: 'the attempt had been superseded when its result came',
          after: { attempt: attemptNumber, state: ended.settlement.taskState },
        },
      ]);
      failpoint('finish.refused');
    });
  }
}
