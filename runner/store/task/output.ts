import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

/** Outputs of a run's tasks by task_id; of a mapped task the list of its instances' outputs. Absent ones are null. */
export async function outputsOf(
  db: Queryable,
  runId: number,
  taskIds: readonly string[],
): Promise<JsonObject> {
  if (taskIds.length === 0) return {};
  const { rows } = await db.query<{ taskId: string; output: Json }>({
    name: 'stockflow.outputs',
    text: `select task_id as "taskId",
                  case when min(map_index) = -1 then (jsonb_agg(output))->0
                       else jsonb_agg(output order by map_position, map_index) end as output
             from stockflow.task_instance
            where run_id = $1 and task_id = any($2) and removed_at is null
            group by task_id`,
    values: [runId, taskIds],
  });
  return Object.fromEntries(rows.map(({ taskId, output }) => [taskId, output]));
}
