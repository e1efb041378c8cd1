import type { AttemptState } from '../../core/run/states.ts';
import type { JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

/** Stores the progress of a running attempt; that of a superseded one is ignored. */
export async function saveProgress(
  db: Queryable,
  attempt: { readonly taskInstanceId: number; readonly attemptToken: number },
  progress: JsonObject,
): Promise<void> {
  await db.query(
    `update stockflow.task_attempt set progress = $3
      where task_instance_id = $1 and attempt_token = $2 and state = 'running'`,
    [attempt.taskInstanceId, attempt.attemptToken, JSON.stringify(progress)],
  );
}

export interface Attempt {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly attemptNumber: number;
  readonly state: AttemptState;
  /** The number of runs of this attempt, deferrals included; a released migration calls the column `look_count`. */
  readonly pollCount: number;
  readonly workerId: number;
  readonly startedAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant | null;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
}

/** Returns the attempts of a run in the order of the tasks, oldest attempt first. */
export async function attemptsOfRun(db: Queryable, runId: number): Promise<readonly Attempt[]> {
  const { rows } = await db.query<Attempt>(
    `select t.task_id as "taskId", t.map_index as "mapIndex", a.attempt_number as "attemptNumber", a.state,
            a.look_count as "pollCount", a.worker_id as "workerId", a.started_at as "startedAt",
            a.finished_at as "finishedAt", a.error_class as "errorClass", a.error_text as "errorText",
            a.rows_in as "rowsIn", a.rows_out as "rowsOut", a.bytes_in as "bytesIn", a.bytes_out as "bytesOut"
       from stockflow.task_attempt a join stockflow.task_instance t using (task_instance_id)
      where t.run_id = $1
      order by t.task_instance_id, a.attempt_number`,
    [runId],
  );
  return rows;
}
