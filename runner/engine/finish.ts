/** Ends attempts: settlement, successors and hints in one transaction, many attempts of a run at a time. */
import type { PoolClient } from 'pg';
import { withTransaction } from '../connections/postgres.ts';
import { isTerminalTaskState } from '../core/states.ts';
import { claim } from '../store/claim.ts';
import { lockDag } from '../store/dag.ts';
import { lockRun } from '../store/dag_run.ts';
import { type Event, recordEvents } from '../store/event.ts';
import { addWorkHints, type WorkHint } from '../store/hint.ts';
import { DEFAULT_POOL, nextInPools } from '../store/pool.ts';
import { type Accepted, applySettlements, type Ended } from '../store/settlement.ts';
import type { ClaimedTask } from '../store/task_instance.ts';
import { advanceRun } from './advance_run.ts';
import { databaseNow } from './clock.ts';
import type { Engine } from './engine.ts';
import { failpoint } from './failpoint.ts';
import { closeRunIfDone } from './runs.ts';
import { startRuns } from './start_runs.ts';

export interface FinishedBatch {
  /** Instances whose result was taken. */
  readonly accepted: readonly Accepted[];
  /** Successors that this transaction claimed for its own worker, so that a chain need not pass through the queue. */
  readonly claimed: readonly ClaimedTask[];
}

/**
 * @param claimAtMost how many ready successors this worker has room for
 */
export async function finishBatch(
  engine: Engine,
  runId: number,
  ended: readonly Ended[],
  claimAtMost: number,
): Promise<FinishedBatch> {
  const batch = await withTransaction(engine.pool, (tx) =>
    settleAndAdvance(engine, tx, runId, ended, claimAtMost),
  );
  failpoint('finish.committed');
  if (batch.endedRunOf !== null) await startNextRuns(engine, batch.endedRunOf);
  return batch;
}

async function settleAndAdvance(
  engine: Engine,
  tx: PoolClient,
  runId: number,
  ended: readonly Ended[],
  claimAtMost: number,
): Promise<FinishedBatch & { readonly endedRunOf: string | null }> {
  const run = await lockRun(tx, runId);
  failpoint('finish.locked');
  if (run === null) throw new Error(`run ${runId} is not in the database`);
  const index = await engine.versions.get(run.dagVersionId, tx);
  const accepted = await applySettlements(tx, ended);
  failpoint('finish.settled');
  await recordEvents(tx, engine.actor, eventsOf(run.dagId, runId, ended, accepted));
  failpoint('finish.recorded');

  const hints: WorkHint[] = accepted
    .filter(({ state }) => !isTerminalTaskState(state))
    .map(({ taskInstanceId, token, runAt, priority }) => ({ taskInstanceId, token, runAt, priority }));
  const closed = accepted.filter(({ state }) => isTerminalTaskState(state));

  const successors = closed.flatMap(({ taskId }) => index.successors.get(taskId) ?? []);
  if (successors.length > 0) {
    hints.push(...(await advanceRun(tx, { run, index, now: await databaseNow(tx) }, successors)));
  }
  failpoint('finish.advanced');
  const { claimed, rest } = await claimReady(engine, tx, hints, claimAtMost);
  failpoint('finish.claimed');
  await addWorkHints(tx, [...rest, ...(await hintsForFreedSlots(tx, accepted))]);
  failpoint('finish.hinted');
  const isQuiet = hints.length === 0 && closed.length > 0;
  const outcome = isQuiet ? await closeRunIfDone(tx, { run, index }) : 'unfinished';
  failpoint('finish.before_commit');
  return { accepted, claimed, endedRunOf: outcome === 'unfinished' ? null : run.dagId };
}

async function hintsForFreedSlots(
  tx: PoolClient,
  accepted: readonly Accepted[],
): Promise<readonly WorkHint[]> {
  const pooled = accepted.filter(({ pool }) => pool !== DEFAULT_POOL);
  if (pooled.length === 0) return [];
  return await nextInPools(
    tx,
    pooled.map(({ taskInstanceId }) => taskInstanceId),
  );
}

async function claimReady(engine: Engine, tx: PoolClient, hints: readonly WorkHint[], atMost: number) {
  const ready = hints.filter(({ runAt }) => runAt === null).toSorted((a, b) => b.priority - a.priority);
  const claimed: ClaimedTask[] = [];
  const taken = new Set<WorkHint>();
  for (const hint of ready.slice(0, atMost)) {
    const task = await claim(tx, hint, engine.workerId());
    if (task === null) continue;
    claimed.push(task);
    taken.add(hint);
  }
  return { claimed, rest: hints.filter((hint) => !taken.has(hint)) };
}

/** Each in its own transaction, since a DAG's row is locked before its runs. A crash between is mended by the sweep. */
async function startNextRuns(engine: Engine, dagId: string): Promise<void> {
  await withTransaction(engine.pool, async (tx) => {
    const dag = await lockDag(tx, dagId);
    failpoint('finish.next_run_locked');
    if (dag?.dagVersionId != null)
      await startRuns(tx, engine.versions, { dagId, dagVersionId: dag.dagVersionId });
    failpoint('finish.next_run_before_commit');
  });
  failpoint('finish.next_run_committed');
}

function eventsOf(
  dagId: string,
  runId: number,
  ended: readonly Ended[],
  accepted: readonly Accepted[],
): Event[] {
  const endedById = new Map(ended.map((attempt) => [attempt.taskInstanceId, attempt]));
  return accepted
    .filter(({ state }) => state === 'failed' || state === 'up_for_retry')
    .map(({ taskInstanceId, taskId, mapIndex, state, attemptNumber }) => {
      const reason = endedById.get(taskInstanceId)?.settlement.error?.errorText;
      return {
        action: state === 'failed' ? 'task.failed' : 'task.retried',
        dagId,
        runId,
        taskId,
        mapIndex,
        ...(reason === undefined ? {} : { reason }),
        after: { state, attempt: attemptNumber },
      };
    });
}
