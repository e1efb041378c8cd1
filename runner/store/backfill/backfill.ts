/** Reads and writes backfills and their dates. A caller that changes them must hold the lock of their DAG's row. */
import type {
  BackfillDecision,
  BackfillOrder,
  ExistingRun,
  PlannedDate,
  Reprocess,
} from '../../core/backfill/plan.ts';
import { isWorked } from '../../core/backfill/plan.ts';
import type { YieldsTo } from '../../core/backfill/room.ts';
import type { JsonObject } from '../../core/value/json.ts';
import type { Actor } from '../event/event.ts';
import type { Queryable } from '../queryable.ts';
import type { TimeEdges } from '../run/dag_run.ts';

export type BackfillState = 'running' | 'success' | 'failed' | 'cancelled';

export interface Backfill {
  readonly backfillId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  readonly reprocess: Reprocess;
  readonly order: BackfillOrder;
  readonly maxActiveRuns: number;
  readonly timeEdges: TimeEdges;
  /** The runs before which no date begins that could be in their way; null for none. */
  readonly yieldsTo: YieldsTo | null;
  readonly params: JsonObject;
  readonly actor: string;
  /** The way by which it was requested. */
  readonly channel: Actor['channel'];
  readonly reason: string | null;
  readonly state: BackfillState;
  readonly createdAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant | null;
}

/** A date of a backfill that has not begun yet. */
export interface WaitingDate {
  readonly position: number;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  readonly decision: BackfillDecision;
  readonly isRetry: boolean;
  readonly runId: number | null;
}

const COLUMNS = `backfill_id as "backfillId", dag_id as "dagId", dag_version_id as "dagVersionId", from_date as "from",
  to_date as "to", reprocess, run_order as "order", max_active_runs as "maxActiveRuns", time_edges as "timeEdges",
  yields_to as "yieldsTo", params,
  actor, channel, reason, state, created_at as "createdAt", finished_at as "finishedAt"`;

export type NewBackfill = Omit<Backfill, 'backfillId' | 'state' | 'createdAt' | 'finishedAt'>;

export async function insertBackfill(db: Queryable, backfill: NewBackfill): Promise<Backfill> {
  const { rows } = await db.query<Backfill>(
    `insert into stockflow.backfill
       (dag_id, dag_version_id, from_date, to_date, reprocess, run_order, max_active_runs, time_edges, params, actor, channel,
        reason, yields_to)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     returning ${COLUMNS}`,
    [
      backfill.dagId,
      backfill.dagVersionId,
      backfill.from.toString(),
      backfill.to.toString(),
      backfill.reprocess,
      backfill.order,
      backfill.maxActiveRuns,
      backfill.timeEdges,
      JSON.stringify(backfill.params),
      backfill.actor,
      backfill.channel,
      backfill.reason,
      backfill.yieldsTo,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an inserted backfill was not returned');
  return row;
}

/** Inserts the dates of a backfill. @param dates in the order in which they are to run */
export async function insertBackfillDates(
  db: Queryable,
  backfillId: number,
  dates: readonly PlannedDate[],
): Promise<void> {
  await db.query(
    `insert into stockflow.backfill_date
       (backfill_id, position, business_date, scheduled_for, decision, reason, detail, stage, run_id, remedy)
     select $1, d.position, d.business_date, d.scheduled_for, d.decision, d.reason, d.detail, d.stage, d.run_id, d.remedy
       from unnest($2::date[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::jsonb[])
            with ordinality as d(business_date, scheduled_for, decision, reason, detail, stage, run_id, remedy, position)`,
    [
      backfillId,
      dates.map(({ businessDate }) => businessDate.toString()),
      dates.map(({ scheduledFor }) => scheduledFor?.toString() ?? null),
      dates.map(({ decision }) => decision),
      dates.map(({ reason }) => reason),
      dates.map(({ detail }) => detail),
      dates.map((date) => (isWorked(date) ? 'waiting' : 'none')),
      dates.map(({ runId }) => runId),
      dates.map(({ remedy }) => (remedy === undefined ? null : JSON.stringify(remedy))),
    ],
  );
}

export async function findBackfill(db: Queryable, backfillId: number): Promise<Backfill | null> {
  const { rows } = await db.query<Backfill>(
    `select ${COLUMNS} from stockflow.backfill where backfill_id = $1`,
    [backfillId],
  );
  return rows[0] ?? null;
}

/** Returns the DAG's running backfill, or null. */
export async function runningBackfill(db: Queryable, dagId: string): Promise<Backfill | null> {
  const { rows } = await db.query<Backfill>({
    name: 'stockflow.running_backfill',
    text: `select ${COLUMNS} from stockflow.backfill where dag_id = $1 and state = 'running'`,
    values: [dagId],
  });
  return rows[0] ?? null;
}

export async function dagsWithRunningBackfills(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `select dag_id as "dagId" from stockflow.backfill where state = 'running'`,
  );
  return rows.map(({ dagId }) => dagId);
}

/**
 * Returns the DAG's runs of these instants. A manual run counts if it is for the exact instant, as `trigger --date`
 * makes it, and is no shadow: then it leaves the date to be worked.
 */
export async function runsForInstants(
  db: Queryable,
  dagId: string,
  span: { readonly from: Temporal.Instant; readonly until: Temporal.Instant },
): Promise<readonly ExistingRun[]> {
  const { rows } = await db.query<ExistingRun>(
    // In two parts, each with an index of its own.
    `select run_id as "runId", scheduled_for as "scheduledFor", state, mode from stockflow.dag_run
      where dag_id = $1 and scheduled_for between $2 and $3 and run_type <> 'manual'
      union all
     select run_id, scheduled_for, state, mode from stockflow.dag_run
      where dag_id = $1 and scheduled_for between $2 and $3 and run_type = 'manual' and mode = 'apply'`,
    [dagId, span.from.toString(), span.until.toString()],
  );
  return rows;
}

/**
 * SQL for the run of the date `d`, looked up by its id. `limit` keeps it so: while the statistics do not know the dates of a
 * new backfill, the planner merges them with every run.
 */
export const RUN_OF_DATE = `(select run_id, state, finished_at from stockflow.dag_run where run_id = d.run_id limit 1)`;

/** Returns the number of the backfill's runs that have not ended. */
export async function countUnendedRuns(db: Queryable, backfillId: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count
       from stockflow.backfill_date d cross join lateral ${RUN_OF_DATE} r
      where d.backfill_id = $1 and d.stage = 'begun' and r.state in ('queued', 'running')`,
    [backfillId],
  );
  return rows[0]?.count ?? 0;
}

export async function nextWaitingDate(db: Queryable, backfillId: number): Promise<WaitingDate | null> {
  const { rows } = await db.query<WaitingDate>(
    `select position, business_date as "businessDate", scheduled_for as "scheduledFor", decision, is_retry as "isRetry",
            run_id as "runId"
       from stockflow.backfill_date where backfill_id = $1 and stage = 'waiting'
      order by position limit 1`,
    [backfillId],
  );
  return rows[0] ?? null;
}

export async function markDateBegun(
  db: Queryable,
  date: { readonly backfillId: number; readonly position: number; readonly runId: number },
): Promise<void> {
  await db.query(
    `update stockflow.backfill_date set stage = 'begun', run_id = $3, begun_at = now()
      where backfill_id = $1 and position = $2 and stage = 'waiting'`,
    [date.backfillId, date.position, date.runId],
  );
}

/** Marks a date as skipped: when it was about to begin, nothing was left to run. */
export async function markDateSkipped(
  db: Queryable,
  date: {
    readonly backfillId: number;
    readonly position: number;
    readonly reason: string;
    readonly detail: string | null;
    readonly runId: number | null;
  },
): Promise<void> {
  await db.query(
    `update stockflow.backfill_date
        set stage = 'none', decision = 'skip', reason = $3, detail = $4, run_id = coalesce($5, run_id)
      where backfill_id = $1 and position = $2 and stage = 'waiting'`,
    [date.backfillId, date.position, date.reason, date.detail, date.runId],
  );
}

/** Queues again the dates whose run has ended without success. */
export async function markDatesToRetry(
  db: Queryable,
  backfillId: number,
  positions: readonly number[],
): Promise<void> {
  await db.query(
    `update stockflow.backfill_date set stage = 'waiting', is_retry = true, begun_at = null
      where backfill_id = $1 and position = any($2) and stage = 'begun'`,
    [backfillId, positions],
  );
}

export async function markBackfillEnded(
  db: Queryable,
  backfillId: number,
  state: Exclude<BackfillState, 'running'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.backfill set state = $2, finished_at = now() where backfill_id = $1 and state = 'running'`,
    [backfillId, state],
  );
  return rowCount === 1;
}

export async function reopenBackfill(db: Queryable, backfillId: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.backfill set state = 'running', finished_at = null where backfill_id = $1 and state <> 'running'`,
    [backfillId],
  );
  return rowCount === 1;
}

/** Sets the time edges and params of a run that the backfill runs again. The run must be locked. */
export async function setRunTerms(
  db: Queryable,
  run: { readonly runId: number; readonly timeEdges: TimeEdges; readonly params: JsonObject },
): Promise<void> {
  await db.query('update stockflow.dag_run set time_edges = $2, params = $3 where run_id = $1', [
    run.runId,
    run.timeEdges,
    JSON.stringify(run.params),
  ]);
}
