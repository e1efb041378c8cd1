import type { Task } from '../dag/dag.ts';

/**
 * The number of crashes of an instance's worker, with nothing else running there, after which the instance is failed
 * instead of started again.
 */
export const CRASHES_TO_QUARANTINE = 3;

type RetryPolicy = Pick<Task, 'retries' | 'retryDelayMs' | 'retryExponentialBackoff' | 'maxRetryDelayMs'>;

/**
 * Returns the delay before the next attempt in ms, or null if the retries are used up.
 * @param failureCount the number of failures so far, this one included: 1 after the first
 */
export function retryDelayMs(policy: RetryPolicy, failureCount: number): number | null {
  if (failureCount > policy.retries) return null;
  const factor = policy.retryExponentialBackoff ? 2 ** (failureCount - 1) : 1;
  return Math.min(policy.retryDelayMs * factor, policy.maxRetryDelayMs);
}
