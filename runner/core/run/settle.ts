/** Decides the next state of a task instance when its attempt ends. */
import type { Task } from '../dag/dag.ts';
import type { ErrorFacts } from '../value/error_text.ts';
import type { Json } from '../value/json.ts';
import type { TaskRemedy } from '../value/task_remedy.ts';
import { retryDelayMs } from './retry.ts';
import type { AttemptState, TaskState } from './states.ts';

/** The reason why a task ended without doing its work, with the action that it proposes. */
export interface Reason {
  readonly reason: string;
  readonly remedy?: TaskRemedy;
}

/** The outcome of an attempt: as the task reported it, or as the runner stopped it. */
export type Outcome =
  | { readonly kind: 'success'; readonly output: Json }
  | ({ readonly kind: 'skipped' } & Reason)
  | { readonly kind: 'failed'; readonly error: ErrorFacts; readonly retry: 'allowed' | 'never' }
  | ({ readonly kind: 'deferred'; readonly until: Temporal.Instant } & Reason)
  | { readonly kind: 'handed_over'; readonly reason: string };

/** The change that an ended attempt makes to its instance and to itself. */
export interface Settlement {
  readonly taskState: TaskState;
  readonly attemptState: AttemptState;
  /**
   * The instant at which a deferred instance runs again; null for every other state. An instance in `up_for_retry` runs
   * again `wakeAfterMs` after the database's now.
   */
  readonly wakeAt: Temporal.Instant | null;
  readonly wakeAfterMs: number | null;
  readonly wakeReason: 'sensor' | 'retry' | null;
  readonly failureCount: number;
  readonly output: Json;
  readonly error: ErrorFacts | null;
}

/**
 * Returns the settlement of an outcome.
 * @param policy the task's retry keys
 * @param failureCount the number of failures of the instance before this attempt
 */
export function settle(
  outcome: Outcome,
  policy: Pick<Task, 'retries' | 'retryDelayMs' | 'retryExponentialBackoff' | 'maxRetryDelayMs'>,
  failureCount: number,
): Settlement {
  const base = { wakeAt: null, wakeAfterMs: null, wakeReason: null, failureCount, output: null, error: null };
  switch (outcome.kind) {
    case 'success':
      return { ...base, taskState: 'success', attemptState: 'success', output: outcome.output };
    case 'skipped': {
      const error = errorOf('SkipTask', outcome);
      return { ...base, taskState: 'skipped', attemptState: 'skipped', error };
    }
    case 'deferred': {
      const error = errorOf('DeferTask', outcome);
      return {
        ...base,
        taskState: 'deferred',
        attemptState: 'deferred',
        wakeAt: outcome.until,
        wakeReason: 'sensor',
        error,
      };
    }
    case 'handed_over': {
      const error = { errorClass: 'HandedOver', errorText: outcome.reason };
      return { ...base, taskState: 'queued', attemptState: 'handed_over', error };
    }
    case 'failed': {
      const failures = failureCount + 1;
      const delayMs = outcome.retry === 'never' ? null : retryDelayMs(policy, failures);
      const failed = {
        ...base,
        attemptState: 'failed',
        failureCount: failures,
        error: outcome.error,
      } as const;
      return delayMs === null
        ? { ...failed, taskState: 'failed' }
        : { ...failed, taskState: 'up_for_retry', wakeAfterMs: delayMs, wakeReason: 'retry' };
    }
  }
}

function errorOf(errorClass: string, { reason, remedy }: Reason): ErrorFacts {
  return { errorClass, errorText: reason, ...(remedy === undefined ? {} : { remedy }) };
}
