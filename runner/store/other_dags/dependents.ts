/** Finds the runs that waited for a run of another DAG, or followed it. */
import type { Queryable } from '../queryable.ts';

export interface DependentRun {
  readonly runId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  /** Those of its tasks of which something has happened: they run, have run, or were given up. */
  readonly begunTaskIds: readonly string[];
}

/** How many days after a date the next one of another DAG's schedule is looked for. */
const NEXT_WITHIN_DAYS = 40;

/** Returns the DAG's runs of a date and of the time after it in which the next date of another DAG may lie, oldest first. */
export async function runsFrom(
  db: Queryable,
  dagId: string,
  date: Temporal.PlainDate,
): Promise<readonly DependentRun[]> {
  const { rows } = await db.query<DependentRun>(
    `select r.run_id as "runId", r.dag_id as "dagId", r.dag_version_id as "dagVersionId", r.business_date as "businessDate",
            r.scheduled_for as "scheduledFor",
            array(select distinct t.task_id from stockflow.task_instance t
                   where t.run_id = r.run_id and t.removed_at is null and t.state <> 'none'
                     and t.wake_reason is distinct from 'dag_edge') as "begunTaskIds"
       from stockflow.dag_run r
      where r.dag_id = $1 and r.business_date between $2::date and $2::date + $3::integer
      order by r.business_date, r.run_id`,
    [dagId, date.toString(), NEXT_WITHIN_DAYS],
  );
  return rows;
}
