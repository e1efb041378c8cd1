import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { resolveParams } from '../../core/dag/params.ts';
import type { ClosedDate } from '../../core/time/closed_dates.ts';
import { MISSED_AFTER_MS, planDue } from '../../core/time/due.ts';
import { nextInstant, scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import { type DagRow, lockDag, recordDueInstants, setSchedule } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { cancelOvertaken, OVERTAKEN } from '../../store/run/dag_run.ts';
import { databaseNow } from '../clock.ts';
import type { DagVersions } from '../dags/versions.ts';
import { failpoint } from '../failpoint.ts';
import { pingClosed } from '../heartbeats/outbox.ts';
import { createRun, SCHEDULER } from './runs.ts';
import { startRuns } from './start_runs.ts';

/**
 * Plans a DAG's schedule: creates the runs that are due, records the missed ones and the closed dates, starts those that
 * may start, and adds a job for the next instant. It is one transaction under the DAG's lock, and idempotent.
 */
export async function scheduleDag(pool: Pool, versions: DagVersions, dagId: string): Promise<void> {
  failpoint('schedule.before');
  await withTransaction(pool, async (tx) => {
    const row = await lockDag(tx, dagId);
    failpoint('schedule.locked');
    if (row === null || row.dagVersionId === null) return;
    const dagVersionId = row.dagVersionId;
    await settleSchedule(tx, versions, row);
    await startRuns(tx, versions, { dagId, dagVersionId });
    await skipOvertaken(tx, (await versions.get(dagVersionId, tx)).dag);
    failpoint('schedule.before_commit');
  });
  failpoint('schedule.committed');
}

/**
 * Skips scheduled runs that wait behind a running one while a newer one waits: if missed runs are not caught up on, a
 * backlog of them is of no use. Under `catchup: all` each keeps its place.
 */
async function skipOvertaken(tx: Queryable, { dagId, catchup }: Dag): Promise<void> {
  if (catchup === 'all') return;
  const skipped = await cancelOvertaken(tx, dagId);
  await recordEvents(
    tx,
    SCHEDULER,
    skipped.map(({ runId, scheduledFor }) => ({
      action: 'run.skipped',
      dagId,
      runId,
      reason: OVERTAKEN,
      after: { scheduled_for: scheduledFor.toString() },
    })),
  );
}

/**
 * Makes the runs that a locked DAG's version in force owes up to now, records the missed ones, and moves the cursor:
 * instants before it are settled, whatever version comes into force next. It does nothing for a paused or retired DAG.
 */
export async function settleSchedule(tx: Queryable, versions: DagVersions, row: DagRow): Promise<void> {
  const { dagId, dagVersionId } = row;
  if (dagVersionId === null || row.retiredAt !== null || row.isPaused) return;
  const index = await versions.get(dagVersionId, tx);
  const now = await databaseNow(tx);
  const plan = planDue(
    {
      schedule: scheduleOf(index.dag),
      catchup: index.dag.catchup,
      catchupWindowMs: index.dag.catchupWindowMs,
    },
    { cursor: row.scheduleCursor, now },
  );
  for (const { scheduledFor, runType } of plan.runs) {
    await createRun(tx, {
      dagVersionId,
      index,
      runType,
      scheduledFor,
      businessDate: businessDateOf(scheduledFor, index.dag.timezone),
      params: defaultParams(index.dag),
      timeEdges: 'keep',
      by: SCHEDULER,
      reason: null,
    });
    failpoint('schedule.run_created');
  }
  await recordDue(tx, index.dag, plan);
  failpoint('schedule.recorded');
  await setSchedule(tx, dagId, { cursor: now, next: plan.next });
  failpoint('schedule.moved');
  if (plan.planAgainAt !== null) await addScheduleJob(tx, dagId, plan.planAgainAt);
  failpoint('schedule.job_added');
}

async function recordDue(tx: Queryable, dag: Dag, plan: ReturnType<typeof planDue>): Promise<void> {
  const dated = (scheduledFor: Temporal.Instant, decision: 'run' | 'missed') => ({
    scheduledFor,
    businessDate: businessDateOf(scheduledFor, dag.timezone),
    decision,
    closedAs: null,
    movedTo: null,
  });
  await recordDueInstants(tx, dag.dagId, [
    ...plan.runs.map(({ scheduledFor }) => dated(scheduledFor, 'run')),
    ...plan.missed.map((scheduledFor) => dated(scheduledFor, 'missed')),
    ...plan.closed.map(({ at, date, name, movedTo }) => ({
      scheduledFor: at,
      businessDate: date,
      decision: 'closed' as const,
      closedAs: name,
      movedTo,
    })),
  ]);
  await tellClosed(tx, dag, plan.closed);
  const [first] = plan.missed;
  const last = plan.missed.at(-1);
  if (first === undefined || last === undefined) return;
  await recordEvents(tx, SCHEDULER, [
    {
      action: 'schedule.missed',
      dagId: dag.dagId,
      reason: `catchup is ${dag.catchup}`,
      after: { count: plan.missed.length, first: first.toString(), last: last.toString() },
    },
  ]);
}

/** Records the closed dates in the history, and tells a monitor that waits for a run just now that there is none. */
async function tellClosed(tx: Queryable, dag: Dag, closed: readonly ClosedDate[]): Promise<void> {
  if (closed.length === 0) return;
  await recordEvents(
    tx,
    SCHEDULER,
    closed.map(({ date, name, movedTo, at }) => ({
      action: 'schedule.closed',
      dagId: dag.dagId,
      reason: name,
      after: {
        business_date: date.toString(),
        scheduled_for: at.toString(),
        calendar: dag.calendar?.name ?? null,
        moved_to: movedTo?.toString() ?? null,
      },
    })),
  );
  const newest = closed.at(-1);
  const now = await databaseNow(tx);
  if (newest !== undefined && now.epochMilliseconds - newest.at.epochMilliseconds <= MISSED_AFTER_MS)
    await pingClosed(tx, dag, newest);
}

/** Returns the default params, which a scheduled run uses; the check of the file has ensured their types. */
function defaultParams(dag: Dag) {
  const resolved = resolveParams(dag.params, {});
  if ('problems' in resolved) {
    throw new Error(`DAG ${dag.dagId}: ${resolved.problems.map(({ message }) => message).join('; ')}`);
  }
  return resolved.values;
}

/**
 * Returns the cursor of a schedule that begins now: earlier instants are settled, unless `start_date` includes them.
 */
export function initialCursor(dag: Dag): Temporal.Instant | null {
  if (dag.startDate === null || dag.catchup === 'none') return null;
  return dag.startDate.toZonedDateTime(dag.timezone).toInstant().subtract({ milliseconds: 1 });
}

/** Returns the next instant of the schedule after `after`, for display. */
export function nextScheduledFor(dag: Dag, after: Temporal.Instant): Temporal.Instant | null {
  return nextInstant(scheduleOf(dag), after);
}
