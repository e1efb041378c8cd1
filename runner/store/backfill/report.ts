/** Reads backfills for display: their dates, with the present states of the runs. */
import type { BackfillDecision } from '../../core/backfill/plan.ts';
import type { RunState } from '../../core/run/states.ts';
import { type RunWithParams, readRunWithParams } from '../../core/value/task_remedy.ts';
import type { Queryable } from '../queryable.ts';
import { type Backfill, RUN_OF_DATE } from './backfill.ts';

export interface BackfillDate {
  readonly position: number;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant | null;
  readonly decision: BackfillDecision;
  readonly reason: string | null;
  readonly detail: string | null;
  /** The params with which a refused date can run all the same; null where none are known. */
  readonly remedy: RunWithParams | null;
  readonly stage: 'none' | 'waiting' | 'begun';
  readonly runId: number | null;
  /** The present state of the date's run; null if there is none, or if it was pruned. */
  readonly runState: RunState | null;
  /** The instant at which the backfill began this date; null before. */
  readonly begunAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  /** The task that failed first; null if none has. */
  readonly failedTaskId: string | null;
  readonly errorText: string | null;
}

/** Returns the dates of a backfill in the order in which they run. */
export async function datesOfBackfill(db: Queryable, backfillId: number): Promise<readonly BackfillDate[]> {
  const { rows } = await db.query<BackfillDate>(
    `select d.position, d.business_date as "businessDate", d.scheduled_for as "scheduledFor", d.decision, d.reason, d.detail,
            d.remedy, d.stage, d.run_id as "runId", r.state as "runState", d.begun_at as "begunAt", r.finished_at as "finishedAt",
            failed.task_id as "failedTaskId", failed.error_text as "errorText"
       from stockflow.backfill_date d
       left join lateral ${RUN_OF_DATE} r on true
       left join lateral (
         select t.task_id, t.error_text from stockflow.task_instance t
          where t.run_id = r.run_id and t.state = 'failed' and r.state = 'failed'
          order by t.finished_at, t.task_instance_id limit 1) failed on true
      where d.backfill_id = $1
      order by d.position`,
    [backfillId],
  );
  return rows.map((row) => ({ ...row, remedy: readRunWithParams(row.remedy) }));
}

export interface BackfillCounts {
  /** The number of dates that get a run. */
  readonly worked: number;
  readonly ended: number;
  readonly succeeded: number;
  readonly refused: number;
}

export interface ListedBackfill extends Backfill, BackfillCounts {}

/** Returns backfills, newest first. */
export async function listBackfills(
  db: Queryable,
  filter: { readonly dagId: string | null; readonly limit: number; readonly before?: number | null },
): Promise<readonly ListedBackfill[]> {
  const { rows } = await db.query<ListedBackfill>(
    `select b.backfill_id as "backfillId", b.dag_id as "dagId", b.dag_version_id as "dagVersionId", b.from_date as "from",
            b.to_date as "to", b.reprocess, b.run_order as "order", b.max_active_runs as "maxActiveRuns",
            b.time_edges as "timeEdges", b.yields_to as "yieldsTo", b.params, b.actor, b.reason, b.state, b.created_at as "createdAt",
            b.finished_at as "finishedAt", counts.*
       from stockflow.backfill b
      cross join lateral (
        select count(*) filter (where d.stage <> 'none')::integer as worked,
               count(*) filter (where d.stage = 'begun' and r.state in ('success', 'failed', 'cancelled'))::integer as ended,
               count(*) filter (where d.stage = 'begun' and r.state = 'success')::integer as succeeded,
               count(*) filter (where d.decision = 'refused')::integer as refused
          from stockflow.backfill_date d left join lateral ${RUN_OF_DATE} r on true
         where d.backfill_id = b.backfill_id) counts
      where ($1::text is null or b.dag_id = $1) and ($3::bigint is null or b.backfill_id < $3)
      order by b.backfill_id desc limit $2`,
    [filter.dagId, filter.limit, filter.before ?? null],
  );
  return rows;
}

/** Returns the number of the backfill's runs that have ended without success. */
export async function countUnsuccessful(db: Queryable, backfillId: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count
       from stockflow.backfill_date d cross join lateral ${RUN_OF_DATE} r
      where d.backfill_id = $1 and d.stage = 'begun' and r.state in ('failed', 'cancelled')`,
    [backfillId],
  );
  return rows[0]?.count ?? 0;
}
