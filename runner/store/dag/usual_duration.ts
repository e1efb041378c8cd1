import type { Queryable } from '../queryable.ts';

export interface UsualDurationRow {
  readonly taskId: string;
  readonly p95Ms: number;
  readonly runs: number;
}

/** The number of a DAG's newest successful runs from which durations are computed: a month of nightly runs. */
const RUNS = 30;

/**
 * Returns the 95th percentile of each task's duration in the newest successful runs of the DAG, from the first start to
 * the end with retries and waits included. For a mapped task the slowest instance of each run counts.
 */
export async function usualDurations(db: Queryable, dagId: string): Promise<readonly UsualDurationRow[]> {
  const { rows } = await db.query<UsualDurationRow>(
    `with recent as (
       select run_id from stockflow.dag_run
        where dag_id = $1 and state = 'success' order by run_id desc limit $2
     ), took as (
       select t.task_id, max(extract(epoch from t.finished_at - t.started_at) * 1000)::float8 as ms
         from recent join stockflow.task_instance t using (run_id)
        where t.state = 'success' and t.started_at is not null
        group by t.run_id, t.task_id
     )
     select task_id as "taskId", percentile_disc(0.95) within group (order by ms) as "p95Ms", count(*)::integer as runs
       from took group by task_id`,
    [dagId, RUNS],
  );
  return rows;
}
