/**
 * Carries out a person's requests about a run: cancel, clear, mark. Each is one transaction and one event with the
 * actor and the reason.
 */
import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { downstreamOf } from '../../core/dag/graph.ts';
import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import { runModeOf } from '../../core/dag/run_mode.ts';
import { notDueYet } from '../../core/run/not_due.ts';
import { isTerminalRunState } from '../../core/run/states.ts';
import type { Json } from '../../core/value/json.ts';
import type { Remedy } from '../../core/value/remedy.ts';
import { didYouMean } from '../../core/value/suggest.ts';
import { lockDag } from '../../store/dag/dag.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type DagRun, findRun, lockRun, markRunFinished, setRunParams } from '../../store/run/dag_run.ts';
import {
  actAsOperator,
  type ChangedInstance,
  cancelInstances,
  clearInstances,
  markInstances,
  reopenRun,
} from '../../store/run/operator.ts';
import { withdrawApprovals } from '../../store/task/approval.ts';
import { databaseNow } from '../clock.ts';
import { advanceRun } from '../completion/advance_run.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { DagVersions } from '../dags/versions.ts';
import { pingEnd } from '../heartbeats/outbox.ts';
import { wakeForTasks } from '../other_dags/wake.ts';
import { closeRunIfDone } from '../schedule/runs.ts';
import { startRuns } from '../schedule/start_runs.ts';
import { type ClearedTasks, clearingOf, NOT_SUCCEEDED, taskIdsToClear } from './clearing.ts';
import { runParams } from './run_params.ts';

export interface OperatorRequest {
  readonly by: Actor;
  readonly reason: string | null;
}

/** A request that may end its run, of which others are told. */
export interface RunRequest extends OperatorRequest {
  /** Reads the versions, and knows the channels that are told of all DAGs; without it only the DAG's own are told. */
  readonly versions?: DagVersions;
}

/** The run or task does not exist, or its state does not allow the action. */
export class OperatorError extends Error {
  override name = 'OperatorError';
  readonly kind: 'not_found' | 'refused' | 'bad_params';
  readonly remedy: Remedy | null;
  constructor(kind: OperatorError['kind'], message: string, remedy: Remedy | null = null) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}

/** Cancels a run and its unfinished tasks; running tasks are notified through their signal within seconds. */
export async function cancelRun(
  pool: Pool,
  runId: number,
  request: OperatorRequest,
): Promise<readonly ChangedInstance[]> {
  return await inRun(pool, { runId }, async ({ tx, run, index }) => {
    if (isTerminalRunState(run.state))
      throw new OperatorError('refused', `run ${runId} has ended: ${run.state}`);
    const changed = await cancelInstances(tx, runId, null);
    await markRunFinished(tx, run, 'cancelled');
    await record(tx, request, { action: 'run.cancelled', run, changed });
    if (run.state === 'running')
      await pingEnd(tx, { run, index }, { kind: 'fail', why: `cancelled by ${request.by.actor}` });
    return changed;
  });
}

/** Cancels one task of a running run; the trigger rules of its successors decide what happens to them. */
export async function cancelTask(
  pool: Pool,
  runId: number,
  task: RunRequest & { readonly taskId: string },
): Promise<readonly ChangedInstance[]> {
  return await inRun(pool, { ...task, runId }, async (open) => {
    requireTask(open.index, task.taskId);
    const changed = await cancelInstances(open.tx, runId, task.taskId);
    if (changed.length === 0)
      throw new OperatorError('refused', `task ${task.taskId} of run ${runId} has ended already`);
    await record(open.tx, task, { action: 'task.cancelled', run: open.run, taskId: task.taskId, changed });
    await decideSuccessors(open, [task.taskId]);
    return changed;
  });
}

export interface ClearRequest extends RunRequest, ClearedTasks {
  /** The params that replace those of this run from now on, such as the override of a check. */
  readonly newParams?: NewParams | null;
}

export interface NewParams {
  readonly given: Readonly<Record<string, Json>>;
  readonly taskTypes: TaskTypes | null;
}

/** Clears tasks so that they run again: new attempts are added, none is overwritten. An ended run is queued again. */
export async function clearTasks(
  pool: Pool,
  runId: number,
  request: ClearRequest,
): Promise<readonly ChangedInstance[]> {
  return await inRun(pool, { ...request, runId }, async (open) => {
    const { tx, run, index } = open;
    const problem = notDueYet({ ...run, timezone: index.dag.timezone }, await databaseNow(tx));
    if (problem !== null) throw new OperatorError('refused', problem);
    if (request.taskId !== null) requireTask(index, request.taskId);
    const taskIds = taskIdsToClear(index, request);
    await actAsOperator(tx);
    const states = request.onlyFailed ? NOT_SUCCEEDED : null;
    const changed = await clearInstances(tx, runId, clearingOf(open, taskIds, states));
    if (changed.length === 0) throw new OperatorError('refused', `run ${runId} has nothing to clear there`);
    await withdrawApprovals(
      tx,
      changed.map(({ taskInstanceId }) => taskInstanceId),
    );
    if (request.newParams != null) await changeParams(open, request.newParams, request);
    await record(tx, request, { action: 'task.cleared', run, changed });
    if (isTerminalRunState(run.state)) await reopenRun(tx, runId);
    else if (run.state === 'running') await decide(open, taskIds);
    return changed;
  });
}

/**
 * Sets a task's final state by hand. Successors that are undecided, or were given up because of the task, are decided
 * by the new state; those that ran or were skipped stay as they are.
 */
export async function markTask(
  pool: Pool,
  runId: number,
  mark: RunRequest & {
    readonly taskId: string;
    readonly state: 'success' | 'failed' | 'skipped';
    readonly reason: string;
  },
): Promise<readonly ChangedInstance[]> {
  return await inRun(pool, { ...mark, runId }, async (open) => {
    const { tx, run, index } = open;
    requireTask(index, mark.taskId);
    await actAsOperator(tx);
    const changed = await markInstances(tx, runId, mark);
    if (changed.length === 0)
      throw new OperatorError('refused', `task ${mark.taskId} of run ${runId} is ${mark.state} already`);
    await record(tx, mark, { action: 'task.marked', run, taskId: mark.taskId, changed, after: mark.state });
    if (mark.state === 'success') await wakeForTasks(tx, { dagId: run.dagId, taskIds: [mark.taskId] });
    const downstream = [...downstreamOf(index.dag.tasks, mark.taskId, 'transitive')];
    await clearInstances(tx, runId, clearingOf(open, downstream, ['upstream_failed']));
    if (isTerminalRunState(run.state)) await reopenRun(tx, runId);
    else await decide(open, downstream);
    return changed;
  });
}

export interface OpenRun {
  readonly tx: PoolClient;
  readonly run: DagRun;
  readonly index: DagIndex;
}

/** Runs `act` with the DAG and then the run locked, and then starts queued runs that now fit. */
export async function inRun<T>(
  pool: Pool,
  { runId, versions = new DagVersions(pool) }: Pick<RunRequest, 'versions'> & { readonly runId: number },
  act: (open: OpenRun) => Promise<T>,
): Promise<T> {
  return await withTransaction(pool, async (tx) => {
    const found = await findRun(tx, runId);
    const dag = found && (await lockDag(tx, found.dagId));
    const run = found && (await lockRun(tx, runId));
    if (run === null)
      throw new OperatorError('not_found', `there is no run ${runId}`, { action: 'list_runs' });
    const result = await act({ tx, run, index: await versions.get(run.dagVersionId, tx) });
    if (dag?.dagVersionId != null)
      await startRuns(tx, versions, { dagId: dag.dagId, dagVersionId: dag.dagVersionId });
    return result;
  });
}

async function changeParams(
  { tx, run, index }: OpenRun,
  { given, taskTypes }: NewParams,
  request: OperatorRequest,
): Promise<void> {
  const params = runParams(index.dag, { ...run.params, ...given }, taskTypes);
  if ('problem' in params) {
    throw new OperatorError(
      'bad_params',
      `${params.problem}; run ${run.runId} keeps the DAG version that it began with`,
      { action: 'trigger_again', dagId: run.dagId, date: run.businessDate },
    );
  }
  const mode = runModeOf(index.dag.params, params.values);
  if (mode !== run.mode) {
    throw new OperatorError(
      'bad_params',
      `run ${run.runId} is ${run.mode === 'shadow' ? 'a shadow run' : 'a run that applies'}, and stays one: half a run of each kind ` +
        `would be neither; trigger ${run.businessDate} again for one in mode ${mode}`,
      { action: 'trigger_again', dagId: run.dagId, date: run.businessDate },
    );
  }
  await setRunParams(tx, run.runId, params.values);
  await recordEvents(tx, request.by, [
    {
      action: 'run.params_changed',
      dagId: run.dagId,
      runId: run.runId,
      ...(request.reason === null ? {} : { reason: request.reason }),
      before: { params: run.params },
      after: { params: params.values },
    },
  ]);
}

/** @throws OperatorError if the DAG has no such task */
export function requireTask(index: DagIndex, taskId: string): void {
  if (index.taskById.has(taskId)) return;
  throw new OperatorError(
    'not_found',
    `DAG ${index.dag.dagId} has no task ${taskId}${didYouMean(taskId, index.taskById.keys())}`,
  );
}

async function decideSuccessors(open: OpenRun, taskIds: readonly string[]): Promise<void> {
  await decide(
    open,
    taskIds.flatMap((taskId) => open.index.successors.get(taskId) ?? []).map((task) => task.taskId),
  );
}

async function decide({ tx, run, index }: OpenRun, taskIds: readonly string[]): Promise<void> {
  const tasks = taskIds.map((taskId) => taskOf(index, taskId));
  await addWorkJobs(tx, await advanceRun(tx, { run, index, now: await databaseNow(tx) }, tasks));
  await closeRunIfDone(tx, { run, index });
}

async function record(
  tx: PoolClient,
  request: OperatorRequest,
  what: {
    readonly action: string;
    readonly run: DagRun;
    readonly taskId?: string;
    readonly changed: readonly ChangedInstance[];
    readonly after?: string;
  },
): Promise<void> {
  const { action, run, taskId, changed, after } = what;
  await recordEvents(tx, request.by, [
    {
      action,
      dagId: run.dagId,
      runId: run.runId,
      ...(taskId === undefined ? {} : { taskId }),
      ...(request.reason === null ? {} : { reason: request.reason }),
      before: {
        run: run.state,
        tasks: Object.fromEntries(
          changed.map((one) => [
            one.mapIndex < 0 ? one.taskId : `${one.taskId}[${one.mapIndex}]`,
            one.before,
          ]),
        ),
      },
      ...(after === undefined ? {} : { after: { state: after } }),
    },
  ]);
}
