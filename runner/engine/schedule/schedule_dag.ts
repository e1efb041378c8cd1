import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { Dag } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { resolveParams } from '../../core/dag/params.ts';
import { planFollowing } from '../../core/other_dags/following.ts';
import type { ClosedDate } from '../../core/time/closed_dates.ts';
import { MISSED_AFTER_MS, planDue } from '../../core/time/due.ts';
import { nextInstant, scheduleOf } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import { type DagRow, lockDag, recordDueInstants, setSchedule } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import { successesToFollow } from '../../store/other_dags/follow.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { dropWaitingRuns } from '../../store/run/dag_run.ts';
import { databaseNow } from '../clock.ts';
import type { DagVersions } from '../dags/versions.ts';
import { failpoint } from '../failpoint.ts';
import { pingClosed } from '../heartbeats/outbox.ts';
import { lookAgain } from '../other_dags/waiting.ts';
import { createRun, SCHEDULER } from './runs.ts';
import { startRuns } from './start_runs.ts';

/**
 * Plans a DAG's schedule: creates the runs that are due, records the missed ones and the closed dates, starts those that
 * may start, and adds a job for the next instant. It is one transaction under the DAG's lock, and idempotent.
 */
export async function scheduleDag(pool: Pool, versions: DagVersions, dagId: string): Promise<void> {
  failpoint('schedule.before');
  const isAwaiting = await withTransaction(pool, async (tx) => {
    const row = await lockDag(tx, dagId);
    failpoint('schedule.locked');
    if (row === null || row.dagVersionId === null) return false;
    const dagVersionId = row.dagVersionId;
    await settleSchedule(tx, versions, row);
    await startRuns(tx, versions, { dagId, dagVersionId });
    await dropUnwanted(tx, (await versions.get(dagVersionId, tx)).dag);
    failpoint('schedule.before_commit');
    return row.isAwaiting;
  });
  failpoint('schedule.committed');
  if (isAwaiting) await lookAgain(pool, versions, { dagId });
}

/**
 * Drops scheduled runs that wait because as many as may be are under way, as the DAG's `when_busy` says: under `latest`
 * all but the newest, under `skip` all.
 */
async function dropUnwanted(tx: Queryable, { dagId, whenBusy }: Dag): Promise<void> {
  if (whenBusy === 'queue') return;
  const dropped = await dropWaitingRuns(tx, dagId, whenBusy === 'latest' ? 1 : 0);
  await recordEvents(
    tx,
    SCHEDULER,
    dropped.map(({ runId, scheduledFor, reason }) => ({
      action: 'run.skipped',
      dagId,
      runId,
      ...(reason === null ? {} : { reason }),
      after: { scheduled_for: scheduledFor.toString(), when_busy: whenBusy },
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
  if (index.dag.after !== null)
    return await followSuccesses(tx, { row, dagVersionId, index, after: index.dag.after }, now);
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
  const dated = (scheduledFor: Temporal.Instant): Dated => ({
    scheduledFor,
    businessDate: businessDateOf(scheduledFor, index.dag.timezone),
  });
  await recordDue(tx, index.dag, {
    runs: plan.runs.map(({ scheduledFor }) => dated(scheduledFor)),
    missed: plan.missed.map(dated),
    closed: plan.closed,
  });
  failpoint('schedule.recorded');
  await setSchedule(tx, dagId, { cursor: now, next: plan.next });
  failpoint('schedule.moved');
  if (plan.planAgainAt !== null) await addScheduleJob(tx, dagId, plan.planAgainAt);
  failpoint('schedule.job_added');
}

interface Follower {
  readonly row: DagRow;
  readonly dagVersionId: number;
  readonly index: DagIndex;
  /** The DAG whose successes it follows. */
  readonly after: string;
}

/** The time in ms for which successes are read again: longer than the transaction of one, as each bears its beginning. */
const FOLLOWED_AGAIN_MS = 15 * 60_000;

/**
 * Makes a run for each success of another DAG, with its instant and business date. A run of a backfill is followed by one
 * on the same terms.
 */
async function followSuccesses(
  tx: Queryable,
  { row, dagVersionId, index, after }: Follower,
  now: Temporal.Instant,
): Promise<void> {
  const { dagId, scheduleCursor } = row;
  const succeeded = await successesToFollow(tx, { dagId: after, followerId: dagId }, scheduleCursor);
  const { runs, missed } = planFollowing(index.dag, succeeded, now);
  for (const { scheduledFor, businessDate, runType, timeEdges, isCaughtUp } of runs) {
    await createRun(tx, {
      dagVersionId,
      index,
      runType: runType === 'backfill' ? 'backfill' : isCaughtUp ? 'catchup' : 'scheduled',
      scheduledFor,
      businessDate,
      params: defaultParams(index.dag),
      timeEdges,
      by: SCHEDULER,
      reason: `after the success of ${after}`,
    });
  }
  await recordDue(tx, index.dag, { runs, missed, closed: [] });
  const settled = now.subtract({ milliseconds: FOLLOWED_AGAIN_MS });
  const cursor = Temporal.Instant.compare(settled, scheduleCursor) > 0 ? settled : scheduleCursor;
  await setSchedule(tx, dagId, { cursor, next: null });
}

interface Dated {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
}

async function recordDue(
  tx: Queryable,
  dag: Dag,
  {
    runs,
    missed,
    closed,
  }: {
    readonly runs: readonly Dated[];
    readonly missed: readonly Dated[];
    readonly closed: readonly ClosedDate[];
  },
): Promise<void> {
  const dated = (decision: 'run' | 'missed') => (due: Dated) => ({
    scheduledFor: due.scheduledFor,
    businessDate: due.businessDate,
    decision,
    closedAs: null,
    movedTo: null,
  });
  await recordDueInstants(tx, dag.dagId, [
    ...runs.map(dated('run')),
    ...missed.map(dated('missed')),
    ...closed.map(({ at, date, name, movedTo }) => ({
      scheduledFor: at,
      businessDate: date,
      decision: 'closed' as const,
      closedAs: name,
      movedTo,
    })),
  ]);
  await tellClosed(tx, dag, closed);
  const [first] = missed;
  const last = missed.at(-1);
  if (first === undefined || last === undefined) return;
  await recordEvents(tx, SCHEDULER, [
    {
      action: 'schedule.missed',
      dagId: dag.dagId,
      reason: `catchup is ${dag.catchup}`,
      after: {
        count: missed.length,
        first: first.scheduledFor.toString(),
        last: last.scheduledFor.toString(),
      },
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
