/** Carries out requests about backfills: plan, create, cancel, retry. Each change is one transaction and one event. */
import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import {
  type BackfillRange,
  decisionText,
  isWorked,
  type PlannedDate,
  planBackfill,
} from '../../core/backfill/plan.ts';
import { applyRefusals, type DateRefusal } from '../../core/backfill/refusal.ts';
import type { YieldsTo } from '../../core/backfill/room.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { scheduleOf } from '../../core/time/schedule.ts';
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
import { backfillMadeBy } from '../../store/event/idempotency.ts';
import type { Queryable } from '../../store/queryable.ts';
import { lockRun, markRunFinished, type TimeEdges } from '../../store/run/dag_run.ts';
import { cancelInstances } from '../../store/run/operator.ts';
import { databaseNow } from '../clock.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { DagVersions } from '../dags/versions.ts';
import { dagToRun } from '../operator/dag_to_run.ts';
import { type Idempotency, idempotencyFacts, refuseOtherRequest } from '../operator/idempotency.ts';
import { OperatorError, type OperatorRequest } from '../operator/operator.ts';
import { datesScheduleOf } from '../other_dags/awaited_schedule.ts';
import { startRuns } from '../schedule/start_runs.ts';
import { refuseUnmetDates } from './awaited_dates.ts';

export interface BackfillRequest extends BackfillRange {
  readonly dagId: string;
  /** The params as given; text is read as the param's type. */
  readonly params: Readonly<Record<string, Json>>;
  /** The task types that the params are also checked against; null to check only the DAG's own types. */
  readonly taskTypes: TaskTypes | null;
}

/**
 * Returns every date with its decision, as far as the database knows. Refusals of task types are found separately
 * (`runPrechecks`) and then applied (`applyRefusals`).
 * @throws BackfillRangeError
 */
export async function planDates(
  db: Queryable,
  dag: Dag,
  range: BackfillRange,
): Promise<readonly PlannedDate[]> {
  const schedule = (await datesScheduleOf(db, dag)) ?? scheduleOf(dag);
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime(schedule.timezone).toInstant();
  const runs = await runsForInstants(db, dag.dagId, {
    from: startOf(range.from),
    until: startOf(range.to.add({ days: 1 })),
  });
  const now = await databaseNow(db);
  const dates = planBackfill(dag, range, { runs, now, schedule });
  return await refuseUnmetDates(db, { dag, dates, order: range.order, now });
}

export interface NewBackfillRequest extends BackfillRequest, OperatorRequest {
  readonly timeEdges: TimeEdges;
  readonly maxActiveRuns: number;
  /** The runs before which no date begins that could be in their way; null for none. */
  readonly yieldsTo?: YieldsTo | null;
  /** The refusals of the prechecks that were run before. */
  readonly refusals: readonly DateRefusal[];
  readonly idempotency?: Idempotency | null;
}

/**
 * Plans again under the DAG's lock, stores the plan, and makes the first runs. A request that was sent before makes none, and
 * gets the backfill of the first.
 * @returns null if no date gets a run
 * @throws TriggerError; BackfillRangeError; IdempotencyKeyReused; OperatorError if another backfill of the DAG is running
 */
export async function createBackfill(pool: Pool, request: NewBackfillRequest): Promise<Backfill | null> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const { dagId, from, to, reprocess, order, timeEdges, maxActiveRuns, by, reason } = request;
    const yieldsTo = request.yieldsTo ?? null;
    const row = await lockDag(tx, dagId);
    const made = await madeBefore(tx, request);
    if (made !== null) return made;
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
      yieldsTo,
      params: pick(dag.params, Object.keys(request.params)),
      ...by,
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
        ...(yieldsTo === null ? {} : { yields_to: yieldsTo }),
        params: backfill.params,
        decisions: Object.fromEntries(
          [...Map.groupBy(dates, decisionText)].map(([text, group]) => [text, group.length]),
        ),
        ...idempotencyFacts(request.idempotency),
      },
    });
    await startRuns(tx, versions, { dagId, dagVersionId: dag.dagVersionId });
    return backfill;
  });
}

/** @throws IdempotencyKeyReused */
async function madeBefore(
  db: Queryable,
  { dagId, idempotency }: Pick<NewBackfillRequest, 'dagId' | 'idempotency'>,
): Promise<Backfill | null> {
  if (idempotency == null) return null;
  const made = await backfillMadeBy(db, dagId, idempotency.key);
  if (made === null) return null;
  refuseOtherRequest(made, idempotency);
  return await findBackfill(db, made.id);
}

export interface CancelledBackfill {
  /** The number of dates that will not begin. */
  readonly dropped: number;
  /** The runs that had not started and were cancelled. */
  readonly cancelledRuns: readonly number[];
  /** The runs that continue to their end: half of a run's work can be worse than none. */
  readonly runningRuns: readonly number[];
}

/** Cancels a backfill: no further date begins. */
export async function cancelBackfill(
  pool: Pool,
  backfillId: number,
  request: OperatorRequest,
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
    await record(tx, request, {
      action: 'backfill.cancelled',
      backfill,
      after: { dropped, cancelled_runs: cancelledRuns },
    });
    return { dropped, cancelledRuns, runningRuns: runsIn('running') };
  });
}

/**
 * Queues again the dates whose run failed; they run in the backfill's order, and only their failed tasks run again.
 * @param refused the positions of dates whose run a task type would refuse
 * @returns the queued dates
 */
export async function retryFailed(
  pool: Pool,
  backfillId: number,
  request: OperatorRequest & { readonly refused: ReadonlySet<number> },
): Promise<readonly BackfillDate[]> {
  return await inBackfill(pool, backfillId, async (tx, backfill) => {
    if (backfill.state === 'running')
      throw new OperatorError(
        'refused',
        `backfill ${backfillId} is still running; what failed can be retried when it has ended`,
      );
    const failed = failedDates(await datesOfBackfill(tx, backfillId));
    const retried = failed.filter(({ position }) => !request.refused.has(position));
    if (retried.length === 0) return [];
    await refuseSecond(tx, backfill.dagId);
    await markDatesToRetry(
      tx,
      backfillId,
      retried.map(({ position }) => position),
    );
    await reopenBackfill(tx, backfillId);
    await record(tx, request, {
      action: 'backfill.retried',
      backfill,
      after: { dates: retried.map(({ businessDate }) => businessDate.toString()) },
    });
    return retried;
  });
}

/** Returns the dates whose run has failed. */
export function failedDates(dates: readonly BackfillDate[]): readonly BackfillDate[] {
  return dates.filter(({ stage, runState }) => stage === 'begun' && runState === 'failed');
}

/** Runs `act` with the backfill's DAG locked, and then starts the runs that may start. */
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
  request: OperatorRequest,
  what: { readonly action: string; readonly backfill: Backfill; readonly after: JsonObject },
): Promise<void> {
  const { action, backfill, after } = what;
  await recordEvents(tx, request.by, [
    {
      action,
      dagId: backfill.dagId,
      ...(request.reason === null ? {} : { reason: request.reason }),
      after: { backfill_id: backfill.backfillId, ...after },
    },
  ]);
}

function pick(params: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)));
}
