/** The changes of a run that feeds tell others of: its start and end, and those of its attempts. */
import type { AttemptState, RunState } from '../run/states.ts';

/** A run that has started. */
export interface FedRun {
  readonly runId: number;
  readonly dagId: string;
  readonly runType: 'scheduled' | 'catchup' | 'manual' | 'backfill';
  readonly state: RunState;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant;
  /** Null while it runs, also where it was cleared and runs again. */
  readonly finishedAt: Temporal.Instant | null;
}

export interface FedAttempt {
  readonly taskInstanceId: number;
  readonly taskId: string;
  /** -1 for a task that is not mapped. */
  readonly mapIndex: number;
  readonly attemptNumber: number;
  readonly state: AttemptState;
  /** The number of times that it ran, deferrals included. */
  readonly pollCount: number;
  readonly workerId: number;
  /** The host of its worker. */
  readonly host: string | null;
  readonly startedAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant | null;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
}

/** The attempt states that are an error, also where the task goes on with another attempt. */
export function isErrorState(state: AttemptState): boolean {
  return state === 'failed' || state === 'crashed';
}
