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

export interface AttemptLog {
  readonly lines: readonly StoredLogLine[];
  /** Whether the attempt had ended, so that after these lines and their like none will come. */
  readonly isEnded: boolean;
}

/** Returns the next log lines of one attempt after a line, oldest first; null if there is no such attempt. */
export async function readAttemptLog(
  db: Queryable,
  { taskInstanceId, attemptNumber }: { readonly taskInstanceId: number; readonly attemptNumber: number },
  { afterId, atMost }: { readonly afterId: number; readonly atMost: number },
): Promise<AttemptLog | null> {
  // One statement, as an attempt writes its last lines before it ends.
  const { rows } = await db.query<
    StoredLogLine & { readonly isEnded: boolean; readonly taskLogId: number | null }
  >(
    `select a.finished_at is not null as "isEnded", l.task_log_id as "taskLogId", t.map_index as "mapIndex",
            a.attempt_number as "attemptNumber", l.at, l.level, l.message, l.facts
       from stockflow.task_attempt a
       join stockflow.task_instance t using (task_instance_id)
       left join lateral (
         select * from stockflow.task_log
          where task_instance_id = a.task_instance_id and attempt_number = a.attempt_number and task_log_id > $3
          order by task_log_id limit $4) l on true
      where a.task_instance_id = $1 and a.attempt_number = $2
      order by l.task_log_id`,
    [taskInstanceId, attemptNumber, afterId, atMost],
  );
  const [first] = rows;
  if (first === undefined) return null;
  return { lines: rows.filter(({ taskLogId }) => taskLogId !== null), isEnded: first.isEnded };
}

/** Returns the version of the DAG with which the run of a task instance works, or null if there is no such instance. */
export async function dagVersionOfInstance(db: Queryable, taskInstanceId: number): Promise<number | null> {
  const { rows } = await db.query<{ dagVersionId: number }>(
    `select r.dag_version_id as "dagVersionId"
       from stockflow.task_instance t join stockflow.dag_run r using (run_id) where t.task_instance_id = $1`,
    [taskInstanceId],
  );
  return rows[0]?.dagVersionId ?? null;
}
