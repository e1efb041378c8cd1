import type { Queryable } from '../queryable.ts';
import type { StoredLogLine } from './log.ts';

/** The newest lines, the lines before one, or the lines after one. */
export type LogSide =
  | { readonly kind: 'newest' }
  | { readonly kind: 'before' | 'after'; readonly taskLogId: number };

export interface LogPageFilter {
  readonly runId: number;
  readonly taskId: string;
  /** Only of this instance of a mapped task; null for all. */
  readonly mapIndex: number | null;
  /** Only of this attempt; null for all. */
  readonly attemptNumber: number | null;
  readonly side: LogSide;
  readonly limit: number;
}

/**
 * Returns lines of a task's log, oldest first. Each attempt is read by its index from the cursor on, as the planner would
 * else walk the log of all tasks in search of this one's lines.
 */
export async function readLogPage(db: Queryable, filter: LogPageFilter): Promise<readonly StoredLogLine[]> {
  const { runId, taskId, mapIndex, attemptNumber, side, limit } = filter;
  const values = [runId, taskId, mapIndex, attemptNumber, limit];
  return side.kind === 'after'
    ? await linesAfter(db, [...values, side.taskLogId])
    : await linesBefore(db, [...values, side.kind === 'before' ? side.taskLogId : null]);
}

async function linesBefore(db: Queryable, values: readonly unknown[]): Promise<readonly StoredLogLine[]> {
  const { rows } = await db.query<StoredLogLine>(
    `select l.task_log_id as "taskLogId", t.map_index as "mapIndex", l.attempt_number as "attemptNumber",
            l.at, l.level, l.message, l.facts
       from stockflow.task_instance t
       join stockflow.task_attempt a using (task_instance_id)
      cross join lateral (
        select * from stockflow.task_log
         where task_instance_id = a.task_instance_id and attempt_number = a.attempt_number
           and ($6::bigint is null or task_log_id < $6)
         order by task_log_id desc limit $5) l
      where t.run_id = $1 and t.task_id = $2 and ($3::integer is null or t.map_index = $3)
        and ($4::integer is null or a.attempt_number = $4)
      order by l.task_log_id desc limit $5`,
    [...values],
  );
  return rows.toReversed();
}

async function linesAfter(db: Queryable, values: readonly unknown[]): Promise<readonly StoredLogLine[]> {
  const { rows } = await db.query<StoredLogLine>(
    `select l.task_log_id as "taskLogId", t.map_index as "mapIndex", l.attempt_number as "attemptNumber",
            l.at, l.level, l.message, l.facts
       from stockflow.task_instance t
       join stockflow.task_attempt a using (task_instance_id)
      cross join lateral (
        select * from stockflow.task_log
         where task_instance_id = a.task_instance_id and attempt_number = a.attempt_number and task_log_id > $6
         order by task_log_id limit $5) l
      where t.run_id = $1 and t.task_id = $2 and ($3::integer is null or t.map_index = $3)
        and ($4::integer is null or a.attempt_number = $4)
      order by l.task_log_id limit $5`,
    [...values],
  );
  return rows;
}
