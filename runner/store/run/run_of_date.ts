import type { RunState, TaskState } from '../../core/run/states.ts';
import type { Queryable } from '../queryable.ts';

export interface RunOfDate {
  readonly runId: number;
  readonly businessDate: Temporal.PlainDate;
  readonly state: RunState;
}

const RUN_OF_DATE = `select run_id as "runId", business_date as "businessDate", state from stockflow.dag_run`;

/** Returns the newest run of the DAG on the date; null if there is none. */
export async function newestRunOn(
  db: Queryable,
  dagId: string,
  date: Temporal.PlainDate,
): Promise<RunOfDate | null> {
  const { rows } = await db.query<RunOfDate>(
    `${RUN_OF_DATE} where dag_id = $1 and business_date = $2 order by run_id desc limit 1`,
    [dagId, date.toString()],
  );
  return rows[0] ?? null;
}

/** Returns the newest run of the latest date before `date` on which the DAG has one; null if there is none. */
export async function newestRunBefore(
  db: Queryable,
  dagId: string,
  date: Temporal.PlainDate,
): Promise<RunOfDate | null> {
  const { rows } = await db.query<RunOfDate>(
    `${RUN_OF_DATE} where dag_id = $1 and business_date < $2 order by business_date desc, run_id desc limit 1`,
    [dagId, date.toString()],
  );
  return rows[0] ?? null;
}

/** Returns the states of a task's instances in a run, in the order of the mapped list. */
export async function statesOfTask(
  db: Queryable,
  runId: number,
  taskId: string,
): Promise<readonly TaskState[]> {
  const { rows } = await db.query<{ state: TaskState }>(
    `select state
       from stockflow.task_instance
      where run_id = $1 and task_id = $2 and removed_at is null
      order by map_index`,
    [runId, taskId],
  );
  return rows.map(({ state }) => state);
}
