/** Sends the events of runs and attempts to a receiver of OpenLineage. */
import { EventRefused, type LineageTarget, sendLineage } from '../../connections/lineage/target.ts';
import type { FedAttempt } from '../../core/feed/change.ts';
import { attemptEventType, type LineageFacts, lineageEvent, runEventType } from '../../core/lineage/event.ts';
import { filesOfAttempt } from '../../store/task/file.ts';
import type { Engine } from '../engine.ts';
import type { Teller } from '../feed/history_feed.ts';
import { datasetOf } from './dataset.ts';

export function lineageTeller(
  engine: Pick<Engine, 'pool' | 'log' | 'env' | 'projectDir'>,
  target: LineageTarget,
): Teller {
  const { log } = engine;

  async function send(facts: LineageFacts, signal: AbortSignal): Promise<void> {
    try {
      await sendLineage(target, lineageEvent(target.namespace, facts), signal);
    } catch (error) {
      if (!(error instanceof EventRefused)) throw error;
      const { run, attempt, eventType } = facts;
      // The rest of the run may be taken all the same.
      log.warn('the receiver of lineage refused an event, which is left out', {
        dagId: run.dagId,
        runId: run.runId,
        taskId: attempt?.taskId ?? null,
        eventType,
        error: error.message,
      });
    }
  }

  async function filesOf(dagId: string, attempt: FedAttempt) {
    const files = await filesOfAttempt(engine.pool, attempt);
    return files.map((file) => ({
      ...file,
      ...datasetOf(file, { ...engine, dagId, namespace: target.namespace }),
    }));
  }

  return {
    feed: 'lineage',
    runStarted: (run, signal) =>
      send({ run, attempt: null, eventType: 'START', at: run.startedAt, files: [] }, signal),
    attemptStarted: (run, attempt, signal) =>
      send({ run, attempt, eventType: 'START', at: attempt.startedAt, files: [] }, signal),
    async attemptEnded(run, attempt, signal) {
      const files = await filesOf(run.dagId, attempt);
      const at = attempt.finishedAt ?? attempt.startedAt;
      await send({ run, attempt, eventType: attemptEventType(attempt), at, files }, signal);
    },
    runEnded: (run, _toldEnd, signal) =>
      send(
        { run, attempt: null, eventType: runEventType(run), at: run.finishedAt ?? run.startedAt, files: [] },
        signal,
      ),
    close: async () => {},
  };
}
