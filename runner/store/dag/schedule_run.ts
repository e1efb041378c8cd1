import type { Queryable } from '../queryable.ts';

export interface ScheduleRun {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
}

/** Returns the runs of a DAG's dates that the schedule or a backfill made; manual runs beside them are left out. */
export async function scheduleRunsSince(
  db: Queryable,
  dagId: string,
  since: Temporal.Instant,
): Promise<readonly ScheduleRun[]> {
  const { rows } = await db.query<ScheduleRun>(
    `select scheduled_for as "scheduledFor", business_date as "businessDate" from stockflow.dag_run
      where dag_id = $1 and run_type <> 'manual' and scheduled_for >= $2
      order by scheduled_for`,
    [dagId, since.toString()],
  );
  return rows;
}
