/** Reads one task of a run in full, for display. */
import type { AttemptState } from '../../core/run/states.ts';
import type { JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

/** A task of a run; of a mapped one a single instance, or all where `mapIndex` is null. */
export interface TaskOfRun {
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number | null;
}

export interface TaskAttempt {
  readonly mapIndex: number;
  readonly attemptNumber: number;
  readonly state: AttemptState;
  readonly pollCount: number;
  readonly workerId: number;
  readonly workerHost: string | null;
  readonly workerPid: number | null;
  readonly codeVersion: string | null;
  readonly startedAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant | null;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly progress: JsonObject | null;
  readonly output: JsonObject | null;
}

/** Returns the attempts, oldest first. */
export async function attemptsOfTask(db: Queryable, of: TaskOfRun): Promise<readonly TaskAttempt[]> {
  const { rows } = await db.query<TaskAttempt>(
    `select t.map_index as "mapIndex", a.attempt_number as "attemptNumber", a.state, a.look_count as "pollCount",
            a.worker_id as "workerId", w.host as "workerHost", w.pid as "workerPid", w.code_version as "codeVersion",
            a.started_at as "startedAt", a.finished_at as "finishedAt", a.error_class as "errorClass",
            a.error_text as "errorText", a.rows_in as "rowsIn", a.rows_out as "rowsOut", a.bytes_in as "bytesIn",
            a.bytes_out as "bytesOut", a.progress, a.output
       from stockflow.task_instance t
       join stockflow.task_attempt a using (task_instance_id)
       left join stockflow.worker w on w.worker_id = a.worker_id
      where t.run_id = $1 and t.task_id = $2 and ($3::integer is null or t.map_index = $3)
      order by t.map_index, a.attempt_number`,
    [of.runId, of.taskId, of.mapIndex],
  );
  return rows;
}

export interface TouchedFile {
  readonly fileId: number;
  readonly at: Temporal.Instant;
  readonly mapIndex: number;
  readonly attemptNumber: number;
  readonly direction: 'read' | 'published';
  readonly connection: string | null;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | null;
}

/** Returns the files that the attempts read and published, in that order. */
export async function filesOfTask(db: Queryable, of: TaskOfRun): Promise<readonly TouchedFile[]> {
  const { rows } = await db.query<TouchedFile>(
    `select f.file_id as "fileId", f.at, t.map_index as "mapIndex", f.attempt_number as "attemptNumber", f.direction,
            f.connection, f.path, f.size_bytes as bytes, f.sha256, f.row_count as rows
       from stockflow.task_instance t
       join stockflow.file f using (task_instance_id)
      where t.run_id = $1 and t.task_id = $2 and ($3::integer is null or t.map_index = $3)
      order by f.file_id`,
    [of.runId, of.taskId, of.mapIndex],
  );
  return rows;
}
