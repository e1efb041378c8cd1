/** Reads the facts from which the effect of a backfill on the schedule's runs is estimated. */

import type { Queryable } from '../queryable.ts';
import type { TimeEdges } from '../run/dag_run.ts';

/** The number of a DAG's newest successful runs from which the usual duration is computed: a month of nightly runs. */
export const RUNS_COUNTED = 30;

/**
 * Returns the median duration in ms of the newest successful runs with the same `time_edges`; null if there is none.
 */
export async function usualRunMs(db: Queryable, dagId: string, timeEdges: TimeEdges): Promise<number | null> {
  const { rows } = await db.query<{ ms: number | null }>(
    `with recent as (
       select finished_at - started_at as took from stockflow.dag_run
        where dag_id = $1 and state = 'success' and time_edges = $2 and started_at is not null
        order by run_id desc limit $3
     )
     select extract(epoch from percentile_disc(0.5) within group (order by took))::float8 * 1000 as ms from recent`,
    [dagId, timeEdges, RUNS_COUNTED],
  );
  return rows[0]?.ms ?? null;
}

/** Returns the scheduled instants of the schedule's runs that have not started yet. */
export async function queuedScheduleInstants(
  db: Queryable,
  dagId: string,
): Promise<readonly Temporal.Instant[]> {
  const { rows } = await db.query<{ scheduledFor: Temporal.Instant }>(
    `select scheduled_for as "scheduledFor" from stockflow.dag_run
      where dag_id = $1 and state = 'queued' and run_type in ('scheduled', 'catchup')`,
    [dagId],
  );
  return rows.map(({ scheduledFor }) => scheduledFor);
}
