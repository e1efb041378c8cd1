import type { Task } from '../dag/dag.ts';

/** Crashes of an instance's worker, with nothing else running there, after which it is failed instead of started again. */
export const CRASHES_TO_QUARANTINE = 3;

type RetryPolicy = Pick<Task, 'retries' | 'retryDelayMs' | 'retryExponentialBackoff' | 'maxRetryDelayMs'>;

/**
 * How long to wait before the next attempt, in ms; null when the retries are used up.
 *
 * @param failureCount failures so far, this one included: 1 after the first
 */
export function retryDelayMs(policy: RetryPolicy, failureCount: number): number | null {
  if (failureCount > policy.retries) return null;
  const factor = policy.retryExponentialBackoff ? 2 ** (failureCount - 1) : 1;
  return Math.min(policy.retryDelayMs * factor, policy.maxRetryDelayMs);
}
