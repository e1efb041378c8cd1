/** Reads the newest due instants of many DAGs with their runs, for the strip of last nights. */
import type { RunMode } from '../../core/dag/run_mode.ts';
import type { RunState } from '../../core/run/states.ts';
import type { DueDecision } from '../dag/dag.ts';
import type { Queryable } from '../queryable.ts';

export interface StripInstant {
  readonly dagId: string;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly decision: DueDecision;
  /** The name of a closed date; null for another. */
  readonly closedAs: string | null;
  /** The run of this instant, or the newest manual run of its date; null if there is none or it was pruned. */
  readonly runId: number | null;
  readonly state: RunState | null;
  readonly mode: RunMode | null;
}

/** Returns the newest `limit` decided instants of each DAG, oldest first. */
export async function stripInstants(
  db: Queryable,
  dagIds: readonly string[],
  limit: number,
): Promise<readonly StripInstant[]> {
  const { rows } = await db.query<StripInstant>(
    `select d.dag_id as "dagId", due.scheduled_for as "scheduledFor", due.business_date as "businessDate", due.decision,
            due.closed_as as "closedAs",
            coalesce(manual.run_id, own.run_id) as "runId", coalesce(manual.state, own.state) as state,
            coalesce(manual.mode, own.mode) as mode
       from unnest($1::text[]) as d(dag_id)
      cross join lateral (
        select scheduled_for, business_date, decision, closed_as from stockflow.due_instant
         where dag_id = d.dag_id order by scheduled_for desc limit $2) due
       -- At most one; limit says so to the planner, which else may read every run of a year to find those of a month.
       left join lateral (
        select run_id, state, mode from stockflow.dag_run
         where dag_id = d.dag_id and scheduled_for = due.scheduled_for and run_type <> 'manual' limit 1) own on true
       -- One row an aggregate: sorted by run_id, the planner would walk all runs of a DAG that has no manual one.
       left join lateral (
        select (array_agg(m.run_id order by m.run_id desc))[1] as run_id, (array_agg(m.state order by m.run_id desc))[1] as state,
               (array_agg(m.mode order by m.run_id desc))[1] as mode
          from stockflow.dag_run m
         where m.dag_id = d.dag_id and m.business_date = due.business_date and m.run_type = 'manual'
           and (own.run_id is null or m.run_id > own.run_id)
           and (m.mode = 'apply' or own.mode is distinct from 'apply')) manual on true
      order by d.dag_id, due.scheduled_for`,
    [dagIds, limit],
  );
  return rows;
}
