/** Advances a backfill: the runs of its next dates are made as earlier ones end, by whichever process notices first. */
import { decideInstant } from '../../core/backfill/plan.ts';
import { hasRoomForDate } from '../../core/backfill/room.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { runModeOf } from '../../core/dag/run_mode.ts';
import { isTerminalRunState } from '../../core/run/states.ts';
import type { JsonObject } from '../../core/value/json.ts';
import {
  type Backfill,
  countUnendedRuns,
  markBackfillEnded,
  markDateBegun,
  markDateSkipped,
  nextWaitingDate,
  runningBackfill,
  runsForInstants,
  setRunTerms,
  type WaitingDate,
} from '../../store/backfill/backfill.ts';
import { countUnsuccessful } from '../../store/backfill/report.ts';
import { roomFacts } from '../../store/backfill/room.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import type { Queryable } from '../../store/queryable.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import { actAsOperator, type ChangedInstance, clearInstances, reopenRun } from '../../store/run/operator.ts';
import type { DagVersions } from '../dags/versions.ts';
import { clearingOf, NOT_SUCCEEDED } from '../operator/clearing.ts';
import { runParams } from '../operator/run_params.ts';
import { createRun, SCHEDULER } from '../schedule/runs.ts';

/**
 * Makes the runs of a DAG's running backfill that may start now, as far as they leave room for those that it yields to,
 * and ends the backfill when its last run has ended. The DAG's row must be locked. The call is idempotent.
 * @returns false if the DAG had no running backfill
 */
export async function advanceBackfill(
  tx: Queryable,
  versions: DagVersions,
  { dagId, dagrunTimeoutMs, maxActiveRuns }: Dag,
): Promise<boolean> {
  const backfill = await runningBackfill(tx, dagId);
  if (backfill === null) return false;
  let unended = await countUnendedRuns(tx, backfill.backfillId);
  let next = await nextWaitingDate(tx, backfill.backfillId);
  while (next !== null && unended < backfill.maxActiveRuns) {
    if (backfill.yieldsTo !== null) {
      const facts = await roomFacts(tx, dagId, backfill.timeEdges);
      if (!hasRoomForDate({ ...facts, maxActiveRuns, dagrunTimeoutMs })) return true;
    }
    if (await beginDate(tx, versions, { backfill, date: next })) unended += 1;
    next = await nextWaitingDate(tx, backfill.backfillId);
  }
  if (next === null && unended === 0) await endBackfill(tx, backfill);
  return true;
}

interface Turn {
  readonly backfill: Backfill;
  readonly date: WaitingDate;
}

/**
 * Decides the date again by the present state, and makes or reopens its run.
 * @returns false if there was nothing left to do
 */
async function beginDate(tx: Queryable, versions: DagVersions, turn: Turn): Promise<boolean> {
  const { backfill, date } = turn;
  const { backfillId, dagId, reprocess } = backfill;
  const { position, scheduledFor } = date;
  if (date.isRetry && date.runId !== null) return await reopen(tx, versions, turn, date.runId);
  const runs = await runsForInstants(tx, dagId, { from: scheduledFor, until: scheduledFor });
  const decided = decideInstant(runs, reprocess);
  if (decided.decision === 'rerun' && decided.runId !== null)
    return await reopen(tx, versions, turn, decided.runId);
  const runId = decided.decision === 'create' ? await makeRun(tx, versions, turn) : null;
  if (runId === null) {
    const reason = decided.reason ?? 'another run was made';
    await markDateSkipped(tx, { backfillId, position, reason, detail: null, runId: decided.runId });
    return false;
  }
  await markDateBegun(tx, { backfillId, position, runId });
  return true;
}

async function makeRun(
  tx: Queryable,
  versions: DagVersions,
  { backfill, date }: Turn,
): Promise<number | null> {
  const { dagVersionId, timeEdges } = backfill;
  const index = await versions.get(dagVersionId, tx);
  const params = runParams(index.dag, backfill.params, null);
  if ('problem' in params) throw new Error(`backfill ${backfill.backfillId}: ${params.problem}`);
  const run = await createRun(tx, {
    dagVersionId,
    index,
    runType: 'backfill',
    scheduledFor: date.scheduledFor,
    businessDate: date.businessDate,
    params: params.values,
    timeEdges,
    by: requesterOf(backfill),
    reason: reasonOf(backfill),
  });
  return run?.runId ?? null;
}

/** Reopens an ended run: all of its tasks run again, or in a retry those that did not succeed. */
async function reopen(tx: Queryable, versions: DagVersions, turn: Turn, runId: number): Promise<boolean> {
  const { backfill, date } = turn;
  const { backfillId, timeEdges } = backfill;
  const { position } = date;
  const run = await lockRun(tx, runId);
  if (run === null) {
    await markDateSkipped(tx, {
      backfillId,
      position,
      reason: 'its run was deleted',
      detail: null,
      runId: null,
    });
    return false;
  }
  if (!isTerminalRunState(run.state) || (date.isRetry && run.state === 'success')) {
    // Another person has reopened the run already: the backfill follows that run like one of its own.
    await markDateBegun(tx, { backfillId, position, runId });
    return !isTerminalRunState(run.state);
  }
  const index = await versions.get(run.dagVersionId, tx);
  const known = Object.entries(run.params).filter(([param]) => Object.hasOwn(index.dag.params, param));
  const resolved = runParams(index.dag, { ...Object.fromEntries(known), ...backfill.params }, null);
  if ('problem' in resolved) {
    const detail = `run ${runId} is of an earlier version of the DAG: ${resolved.problem}`;
    await markDateSkipped(tx, { backfillId, position, reason: 'params do not fit', detail, runId });
    return false;
  }
  const params: JsonObject = resolved.values;
  const mode = runModeOf(index.dag.params, params);
  if (mode !== run.mode) {
    const detail = `run ${runId} is ${run.mode === 'shadow' ? 'a shadow run' : 'a run that applies'}, and stays one; trigger the date for one in mode ${mode}`;
    await markDateSkipped(tx, { backfillId, position, reason: `worked in mode ${run.mode}`, detail, runId });
    return false;
  }
  await setRunTerms(tx, { runId, timeEdges, params });
  await actAsOperator(tx);
  const changed = await clearInstances(
    tx,
    runId,
    clearingOf(
      { run: { ...run, timeEdges }, index },
      index.dag.tasks.map(({ taskId }) => taskId),
      date.isRetry ? NOT_SUCCEEDED : null,
    ),
  );
  const about = { dagId: run.dagId, runId, reason: reasonOf(backfill) };
  const isChanged = JSON.stringify(params) !== JSON.stringify(run.params);
  await recordEvents(tx, requesterOf(backfill), [
    ...(isChanged
      ? [{ ...about, action: 'run.params_changed', before: { params: run.params }, after: { params } }]
      : []),
    {
      ...about,
      action: 'task.cleared',
      before: { run: run.state, time_edges: run.timeEdges, tasks: statesBefore(changed) },
      after: { time_edges: timeEdges },
    },
  ]);
  await reopenRun(tx, runId);
  await markDateBegun(tx, { backfillId, position, runId });
  return true;
}

async function endBackfill(tx: Queryable, { backfillId, dagId }: Backfill): Promise<void> {
  const unsuccessful = await countUnsuccessful(tx, backfillId);
  const state = unsuccessful === 0 ? 'success' : 'failed';
  if (!(await markBackfillEnded(tx, backfillId, state))) return;
  await recordEvents(tx, SCHEDULER, [
    { action: 'backfill.finished', dagId, after: { backfill_id: backfillId, state, unsuccessful } },
  ]);
}

function statesBefore(changed: readonly ChangedInstance[]): JsonObject {
  return Object.fromEntries(
    changed.map((one) => [one.mapIndex < 0 ? one.taskId : `${one.taskId}[${one.mapIndex}]`, one.before]),
  );
}

/** Returns the person who requested the backfill as the actor, for whom workers act. */
function requesterOf({ actor, channel }: Backfill): Actor {
  return { actor, channel };
}

function reasonOf({ backfillId, reason }: Backfill): string {
  return reason === null ? `backfill ${backfillId}` : `backfill ${backfillId}: ${reason}`;
}
