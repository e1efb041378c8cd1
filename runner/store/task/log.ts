import type { JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

export type TaskLogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface TaskLogLine {
  readonly at: Temporal.Instant;
  readonly level: TaskLogLevel;
  readonly message: string;
  readonly facts: JsonObject | null;
}

export async function appendLog(
  db: Queryable,
  attempt: { readonly taskInstanceId: number; readonly attemptNumber: number },
  lines: readonly TaskLogLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await db.query(
    `insert into stockflow.task_log (task_instance_id, attempt_number, at, level, message, facts)
     select $1, $2, l.at, l.level, l.message, l.facts
       from rows from (jsonb_to_recordset($3::jsonb)
              as (at timestamptz, level text, message text, facts jsonb)) with ordinality as l
      order by l.ordinality`,
    [
      attempt.taskInstanceId,
      attempt.attemptNumber,
      JSON.stringify(lines.map((line) => ({ ...line, at: line.at.toString() }))),
    ],
  );
}

export interface StoredLogLine extends TaskLogLine {
  readonly taskLogId: number;
  readonly mapIndex: number;
  readonly attemptNumber: number;
}

/**
 * Returns the log lines of a task's attempts, oldest first.
 * @param filter.afterId only lines after this one, to follow the log
 */
export async function readLog(
  db: Queryable,
  filter: {
    readonly runId: number;
    readonly taskId: string;
    readonly attemptNumber?: number;
    readonly afterId: number;
  },
): Promise<readonly StoredLogLine[]> {
  const { rows } = await db.query<StoredLogLine>(
    `select l.task_log_id as "taskLogId", t.map_index as "mapIndex", l.attempt_number as "attemptNumber",
            l.at, l.level, l.message, l.facts
       from stockflow.task_log l join stockflow.task_instance t using (task_instance_id)
      where t.run_id = $1 and t.task_id = $2 and ($3::integer is null or l.attempt_number = $3) and l.task_log_id > $4
      order by l.task_log_id limit 10000`,
    [filter.runId, filter.taskId, filter.attemptNumber ?? null, filter.afterId],
  );
  return rows;
}
