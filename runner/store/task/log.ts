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
