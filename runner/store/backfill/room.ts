/** Reads the facts from which follows whether a backfill leaves room for the runs of the schedule. */
import type { RoomFacts } from '../../core/backfill/room.ts';
import type { Queryable } from '../queryable.ts';
import type { TimeEdges } from '../run/dag_run.ts';
import { RUNS_COUNTED } from './hold.ts';

/** Returns what a DAG's runs say. The DAG's row must be locked. */
export async function roomFacts(
  db: Queryable,
  dagId: string,
  timeEdges: TimeEdges,
): Promise<Pick<RoomFacts, 'now' | 'activeRuns' | 'nextScheduledFor' | 'longestRunMs'>> {
  const { rows } = await db.query<
    Pick<RoomFacts, 'now' | 'activeRuns' | 'nextScheduledFor' | 'longestRunMs'>
  >(
    `select now() as now, d.next_scheduled_for as "nextScheduledFor",
            (select count(*)::integer from stockflow.dag_run
              where dag_id = $1 and (state = 'running' or (state = 'queued' and run_type <> 'manual'))) as "activeRuns",
            (select extract(epoch from max(took))::float8 * 1000
               from (select finished_at - started_at as took from stockflow.dag_run
                      where dag_id = $1 and state = 'success' and time_edges = $2 and started_at is not null
                      order by run_id desc limit $3) as recent) as "longestRunMs"
       from stockflow.dag d where d.dag_id = $1`,
    [dagId, timeEdges, RUNS_COUNTED],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`DAG ${dagId} has no row`);
  return row;
}

/** Returns whether a running backfill of the DAG is still to begin this date. */
export async function isDateToCome(db: Queryable, dagId: string, date: Temporal.PlainDate): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from stockflow.backfill b join stockflow.backfill_date d using (backfill_id)
                     where b.dag_id = $1 and b.state = 'running' and d.business_date = $2 and d.stage = 'waiting') as found`,
    [dagId, date.toString()],
  );
  return rows[0]?.found ?? false;
}
