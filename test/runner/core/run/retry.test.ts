import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from '../../../../runner/core/run/retry.ts';

const policy = { retries: 5, retryDelayMs: 60_000, retryExponentialBackoff: true, maxRetryDelayMs: 300_000 };

test('the delay doubles with each failure up to its cap, and then the retries are used up', () => {
  const delays = [1, 2, 3, 4, 5, 6].map((failureCount) => retryDelayMs(policy, failureCount));
  assert.deepEqual(delays, [60_000, 120_000, 240_000, 300_000, 300_000, null]);
});

test('without backoff every delay is the same', () => {
  const plain = { ...policy, retryExponentialBackoff: false };
  assert.deepEqual(
    [1, 2, 5].map((failureCount) => retryDelayMs(plain, failureCount)),
    [60_000, 60_000, 60_000],
  );
});

test('a delay longer than the cap is cut to it, and no retries means none', () => {
  assert.equal(retryDelayMs({ ...policy, maxRetryDelayMs: 30_000 }, 1), 30_000);
  assert.equal(retryDelayMs({ ...policy, retries: 0 }, 1), null);
});
