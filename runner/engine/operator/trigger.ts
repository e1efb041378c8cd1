import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { notDueYet } from '../../core/run/not_due.ts';
import { closedDateOf } from '../../core/time/closed_dates.ts';
import { instantsOnDate, scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { Json } from '../../core/value/json.ts';
import { lockDag } from '../../store/dag/dag.ts';
import type { Actor } from '../../store/event/event.ts';
import { runMadeBy } from '../../store/event/idempotency.ts';
import type { Queryable } from '../../store/queryable.ts';
import { type DagRun, findRun, type TimeEdges } from '../../store/run/dag_run.ts';
import { databaseNow } from '../clock.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { DagVersions } from '../dags/versions.ts';
import { datesScheduleOf } from '../other_dags/awaited_schedule.ts';
import { createRun } from '../schedule/runs.ts';
import { startRuns } from '../schedule/start_runs.ts';
import { dagToRun, TriggerError } from './dag_to_run.ts';
import { type Idempotency, idempotencyFacts, refuseOtherRequest } from './idempotency.ts';

export interface TriggerRequest {
  readonly dagId: string;
  /** The business date; null for the present instant. */
  readonly date: Temporal.PlainDate | null;
  readonly params: Readonly<Record<string, Json>>;
  /**
   * The task types that the params are also checked against, before a task first reads them; null to check only the
   * DAG's own types.
   */
  readonly taskTypes?: TaskTypes | null;
  readonly timeEdges: TimeEdges;
  readonly by: Actor;
  readonly reason: string | null;
  readonly idempotency?: Idempotency | null;
}

/**
 * Makes a manual run and starts it, or queues it behind the DAG's running ones. A request that was sent before makes none, and
 * gets the run of the first.
 * @throws TriggerError, also for a date in the future; IdempotencyKeyReused
 */
export async function triggerRun(pool: Pool, request: TriggerRequest): Promise<DagRun> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const { dagId } = request;
    const row = await lockDag(tx, dagId);
    const made = await madeBefore(tx, request);
    if (made !== null) return made;
    const { dagVersionId, index, params } = await dagToRun(tx, versions, {
      dagId,
      row,
      params: request.params,
      taskTypes: request.taskTypes ?? null,
    });
    const now = await databaseNow(tx);
    const { timezone } = index.dag;
    const scheduledFor = request.date === null ? now : await instantOfDate(tx, index.dag, request.date);
    const businessDate = request.date ?? businessDateOf(scheduledFor, timezone);
    const problem = notDueYet({ dagId, businessDate, scheduledFor, timezone }, now);
    if (problem !== null) throw new TriggerError('not_due', problem);
    const run = await createRun(tx, {
      dagVersionId,
      index,
      runType: 'manual',
      scheduledFor,
      businessDate,
      params,
      timeEdges: request.timeEdges,
      by: request.by,
      reason: request.reason,
      eventFacts: idempotencyFacts(request.idempotency),
    });
    if (run === null) throw new Error(`a manual run of ${dagId} was taken for one that exists`);
    await startRuns(tx, versions, { dagId, dagVersionId });
    return (await findRun(tx, run.runId)) ?? run;
  });
}

async function madeBefore(tx: Queryable, { dagId, idempotency }: TriggerRequest): Promise<DagRun | null> {
  if (idempotency == null) return null;
  const made = await runMadeBy(tx, dagId, idempotency.key);
  if (made === null) return null;
  refuseOtherRequest(made, idempotency);
  return await findRun(tx, made.id);
}

/**
 * Returns the first instant of the schedule on that date; on a closed one that of the schedule without its calendar. If
 * the DAG has none then, it is the start of the date.
 */
async function instantOfDate(tx: Queryable, dag: Dag, date: Temporal.PlainDate): Promise<Temporal.Instant> {
  const schedule = (await datesScheduleOf(tx, dag)) ?? scheduleOf(dag);
  const [first] = instantsOnDate(schedule, date);
  return first ?? closedDateOf(schedule, date)?.at ?? date.toZonedDateTime(dag.timezone).toInstant();
}
