/** What a person may ask of backfills: plan, create, cancel, retry. Each change is one transaction and one event. */
import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import {
  type BackfillRange,
  decisionText,
  isWorked,
  type PlannedDate,
  planBackfill,
} from '../../core/backfill/plan.ts';
import { applyRefusals, type Refusal } from '../../core/backfill/refusal.ts';
import type { Dag } from '../../core/dag/dag.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import {
  type Backfill,
  findBackfill,
  insertBackfill,
  insertBackfillDates,
  markBackfillEnded,
  markDatesToRetry,
  reopenBackfill,
  runningBackfill,
  runsForInstants,
} from '../../store/backfill/backfill.ts';
import { type BackfillDate, datesOfBackfill } from '../../store/backfill/report.ts';
import { lockDag } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import type { Queryable } from '../../store/queryable.ts';
import { lockRun, markRunFinished, type TimeEdges } from '../../store/run/dag_run.ts';
import { cancelInstances } from '../../store/run/operator.ts';
import { databaseNow } from '../clock.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { DagVersions } from '../dags/versions.ts';
import { dagToRun } from '../operator/dag_to_run.ts';
import { type Asked, OperatorError } from '../operator/operator.ts';
import { startRuns } from '../schedule/start_runs.ts';

export interface BackfillRequest extends BackfillRange {
  readonly dagId: string;
  /** As given: text is read as the param's type. */
  readonly params: Readonly<Record<string, Json>>;
  /** With them the params are held to what the tasks take as well. */
  readonly taskTypes: TaskTypes | null;
}

/**
 * Every date with its decision, as far as the database knows. What task types refuse is asked for apart (`askRefusals`)
 * and laid over it (`applyRefusals`).
 * @throws BackfillRangeError
 */
export async function planDates(
  db: Queryable,
  dag: Dag,
  range: BackfillRange,
): Promise<readonly PlannedDate[]> {
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(dag.timezone).toInstant();
  const runs = await runsForInstants(db, dag.dagId, {
    from: startOf(range.from),
    until: startOf(range.to.add({ days: 1 })),
  });
  return planBackfill(dag, range, { runs, now: await databaseNow(db) });
}

export interface NewBackfillRequest extends BackfillRequest, Asked {
  readonly timeEdges: TimeEdges;
  readonly maxActiveRuns: number;
  /** What task types refuse, as found before. */
  readonly refusals: readonly Refusal[];
}

/**
 * Plans again under the DAG's lock, keeps the plan, and makes its first runs.
 * @returns null where no date is to be worked
 * @throws TriggerError; BackfillRangeError; OperatorError where another backfill of the DAG is running
 */
export async function createBackfill(pool: Pool, request: NewBackfillRequest): Promise<Backfill | null> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const { dagId, from, to, reprocess, order, timeEdges, maxActiveRuns, by, reason } = request;
    const row = await lockDag(tx, dagId);
    const dag = await dagToRun(tx, versions, { ...request, row });
    await refuseSecond(tx, dagId);
    const dates = applyRefusals(await planDates(tx, dag.index.dag, request), request.refusals);
    if (!dates.some(isWorked)) return null;
    const backfill = await insertBackfill(tx, {
      dagId,
      dagVersionId: dag.dagVersionId,
      from,
      to,
      reprocess,
      order,
      maxActiveRuns,
      timeEdges,
      params: pick(dag.params, Object.keys(request.params)),
      actor: by.actor,
      reason,
    });
    await insertBackfillDates(tx, backfill.backfillId, dates);
    await record(tx, request, {
      action: 'backfill.created',
      backfill,
      after: {
        from: from.toString(),
        to: to.toString(),
        reprocess,
        order,
        max_active_runs: maxActiveRuns,
        time_edges: timeEdges,
        params: backfill.params,
        decisions: Object.fromEntries(
          [...Map.groupBy(dates, decisionText)].map(([text, group]) => [text, group.length]),
        ),
      },
    });
    await startRuns(tx, versions, { dagId, dagVersionId: dag.dagVersionId });
    return backfill;
  });
}

export interface CancelledBackfill {
  /** Dates whose turn will not come. */
  readonly dropped: number;
  /** Runs that had not started, and now will not. */
  readonly cancelledRuns: readonly number[];
  /** Runs that go on to their end: half of a run's work can be worse than none. */
  readonly runningRuns: readonly number[];
}

/** Begins no further date. */
export async function cancelBackfill(
  pool: Pool,
  backfillId: number,
  asked: Asked,
): Promise<CancelledBackfill> {
  return await inBackfill(pool, backfillId, async (tx, backfill) => {
    if (backfill.state !== 'running')
      throw new OperatorError('refused', `backfill ${backfillId} has ended: ${backfill.state}`);
    const dates = await datesOfBackfill(tx, backfillId);
    const runsIn = (state: string) =>
      dates.flatMap(({ stage, runId, runState }) =>
        stage === 'begun' && runState === state && runId !== null ? [runId] : [],
      );
    const cancelledRuns: number[] = [];
    for (const runId of runsIn('queued')) {
      const run = await lockRun(tx, runId);
      if (run?.state !== 'queued') continue;
      await cancelInstances(tx, runId, null);
      await markRunFinished(tx, run, 'cancelled');
      cancelledRuns.push(runId);
    }
    await markBackfillEnded(tx, backfillId, 'cancelled');
    const dropped = dates.filter(({ stage }) => stage === 'waiting').length;
    await record(tx, asked, {
      action: 'backfill.cancelled',
      backfill,
      after: { dropped, cancelled_runs: cancelledRuns },
    });
    return { dropped, cancelledRuns, runningRuns: runsIn('running') };
  });
}

/**
 * Puts the dates whose run failed in line again, where they failed; they are worked in the backfill's order.
 * @param refused of which dates a task type says that their run would be refused, by position
 * @returns the dates in line
 */
export async function retryFailed(
  pool: Pool,
  backfillId: number,
  asked: Asked & { readonly refused: ReadonlySet<number> },
): Promise<readonly BackfillDate[]> {
  return await inBackfill(pool, backfillId, async (tx, backfill) => {
    if (backfill.state === 'running')
      throw new OperatorError(
        'refused',
        `backfill ${backfillId} is still running; what failed can be retried when it has ended`,
      );
    const failed = failedDates(await datesOfBackfill(tx, backfillId));
    const retried = failed.filter(({ position }) => !asked.refused.has(position));
    if (retried.length === 0) return [];
    await refuseSecond(tx, backfill.dagId);
    await markDatesToRetry(
      tx,
      backfillId,
      retried.map(({ position }) => position),
    );
    await reopenBackfill(tx, backfillId);
    await record(tx, asked, {
      action: 'backfill.retried',
      backfill,
      after: { dates: retried.map(({ businessDate }) => businessDate.toString()) },
    });
    return retried;
  });
}

/** Those whose run has failed. */
export function failedDates(dates: readonly BackfillDate[]): readonly BackfillDate[] {
  return dates.filter(({ stage, runState }) => stage === 'begun' && runState === 'failed');
}

/** Locks the backfill's DAG, and lets what may start do so at the end. */
async function inBackfill<T>(
  pool: Pool,
  backfillId: number,
  act: (tx: PoolClient, backfill: Backfill) => Promise<T>,
): Promise<T> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const found = await findBackfill(tx, backfillId);
    const row = found && (await lockDag(tx, found.dagId));
    const backfill = found && (await findBackfill(tx, backfillId));
    if (backfill === null)
      throw new OperatorError('not_found', `there is no backfill ${backfillId}`, {
        action: 'list_backfills',
      });
    const result = await act(tx, backfill);
    const { dagId } = backfill;
    if (row?.dagVersionId != null) await startRuns(tx, versions, { dagId, dagVersionId: row.dagVersionId });
    return result;
  });
}

async function refuseSecond(tx: PoolClient, dagId: string): Promise<void> {
  const running = await runningBackfill(tx, dagId);
  if (running === null) return;
  const { backfillId, from, to } = running;
  throw new OperatorError(
    'refused',
    `backfill ${backfillId} of ${dagId}, ${from} to ${to}, is still running`,
    { action: 'end_backfill', backfillId },
  );
}

async function record(
  tx: PoolClient,
  asked: Asked,
  what: { readonly action: string; readonly backfill: Backfill; readonly after: JsonObject },
): Promise<void> {
  const { action, backfill, after } = what;
  await recordEvents(tx, asked.by, [
    {
      action,
      dagId: backfill.dagId,
      ...(asked.reason === null ? {} : { reason: asked.reason }),
      after: { backfill_id: backfill.backfillId, ...after },
    },
  ]);
}

function pick(params: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)));
}
