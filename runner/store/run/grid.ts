/** Reads the states of the tasks of several runs, as a grid shows them. */
import type { TaskState } from '../../core/run/states.ts';
import type { Queryable } from '../queryable.ts';

/** The number of a task's instances in one state; removed instances do not count. */
export type CountedState = readonly [taskId: string, state: TaskState, count: number];

/** Returns the counted states of the tasks of each run, by run id; a run without instances is absent. */
export async function gridStates(
  db: Queryable,
  runIds: readonly number[],
): Promise<ReadonlyMap<number, readonly CountedState[]>> {
  if (runIds.length === 0) return new Map();
  // One row a run: 22,500 rows of 900 tasks in 25 runs cost the client more than the database.
  const { rows } = await db.query<{ runId: number; states: readonly CountedState[] }>(
    `select run_id as "runId", json_agg(json_build_array(task_id, state, instances)) as states
       from (select run_id, task_id, state, count(*)::integer as instances
               from stockflow.task_instance
              where run_id = any($1) and removed_at is null
              group by run_id, task_id, state) as counted
      group by run_id`,
    [runIds],
  );
  return new Map(rows.map(({ runId, states }) => [runId, states]));
}
