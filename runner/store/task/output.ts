import type { RunMode } from '../../core/dag/run_mode.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

/**
 * Returns the outputs of a run's tasks by task_id; for a mapped task the list of its instances' outputs. Absent outputs
 * are null.
 */
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

/**
 * Returns the output of an unmapped task in the newest successful run of the DAG that is scheduled before this run and
 * in which the task succeeded; null if there is none. A run that applies is measured against runs that applied. A shadow
 * run also takes shadow runs, since it may have nothing else before it.
 */
export async function lastGoodOutput(
  db: Queryable,
  before: {
    readonly dagId: string;
    readonly runId: number;
    readonly scheduledFor: Temporal.Instant;
    readonly runMode: RunMode;
  },
  taskId: string,
): Promise<Json> {
  const { rows } = await db.query<{ output: Json }>(
    `select t.output
       from stockflow.dag_run r join stockflow.task_instance t using (run_id)
      where r.dag_id = $1 and r.run_id <> $2 and r.state = 'success' and r.scheduled_for < $3
        and (r.mode = 'apply' or $5 = 'shadow')
        and t.task_id = $4 and t.map_index = -1 and t.state = 'success'
      -- Among the runs of one date the one that applied counts.
      order by r.scheduled_for desc, r.mode = 'apply' desc, r.run_id desc
      limit 1`,
    [before.dagId, before.runId, before.scheduledFor.toString(), taskId, before.runMode],
  );
  return rows[0]?.output ?? null;
}
