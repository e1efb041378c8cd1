/** Reads what the runs of a DAG have come to, for the tasks of other DAGs that wait for it. */
import type { AwaitedRun } from '../../core/other_dags/awaited_run.ts';
import type { TaskState } from '../../core/run/states.ts';
import type { Queryable } from '../queryable.ts';

/**
 * Returns the latest business date before `date` on which the DAG was due or ran.
 * @param dag.byHand whether the DAG has no schedule, so that manual runs count as well
 */
export async function recordedDateBefore(
  db: Queryable,
  dag: { readonly dagId: string; readonly byHand: boolean },
  date: Temporal.PlainDate,
): Promise<Temporal.PlainDate | null> {
  const { rows } = await db.query<{ date: Temporal.PlainDate | null }>(
    `select greatest(
       (select business_date from stockflow.dag_run
         where dag_id = $1 and business_date < $2 and (run_type <> 'manual' or $3)
         order by business_date desc limit 1),
       (select business_date from stockflow.due_instant
         where dag_id = $1 and business_date < $2 and scheduled_for < $2::date + interval '2 days' and decision <> 'closed'
         order by scheduled_for desc limit 1)) as date`,
    [dag.dagId, date.toString(), dag.byHand],
  );
  return rows[0]?.date ?? null;
}

/** Returns the instants of a business date on which the DAG was due or ran by its schedule or a backfill. */
export async function recordedInstants(
  db: Queryable,
  dagId: string,
  date: Temporal.PlainDate,
): Promise<readonly Temporal.Instant[]> {
  const { rows } = await db.query<{ scheduledFor: Temporal.Instant }>(
    `select scheduled_for as "scheduledFor" from stockflow.dag_run
      where dag_id = $1 and business_date = $2 and run_type <> 'manual'
      union
     select scheduled_for from stockflow.due_instant
      where dag_id = $1 and business_date = $2 and decision <> 'closed'
        and scheduled_for between $2::date - interval '2 days' and $2::date + interval '3 days'`,
    [dagId, date.toString()],
  );
  return rows.map(({ scheduledFor }) => scheduledFor);
}

/** Returns the runs of a business date, each with the states of one of its tasks. */
export async function runsOfDate(
  db: Queryable,
  dagId: string,
  of: { readonly date: Temporal.PlainDate; readonly taskId: string | null },
): Promise<readonly AwaitedRun[]> {
  const { rows } = await db.query<AwaitedRun>(
    `select r.run_id as "runId", r.scheduled_for as "scheduledFor", r.state,
            array(select distinct t.state from stockflow.task_instance t
                   where t.run_id = r.run_id and t.task_id = $3 and t.removed_at is null) as "taskStates"
       from stockflow.dag_run r where r.dag_id = $1 and r.business_date = $2
      order by r.run_id`,
    [dagId, of.date.toString(), of.taskId],
  );
  return rows.map((row) => ({ ...row, taskStates: row.taskStates satisfies readonly TaskState[] }));
}

/** Keeps runs from ending until this transaction has. A run that has ended meanwhile is read as it is then. */
export async function holdRuns(db: Queryable, runIds: readonly number[]): Promise<void> {
  await db.query('select from stockflow.dag_run where run_id = any($1) order by run_id for share', [runIds]);
}
