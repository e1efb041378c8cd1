/** When a message that could not be sent is tried again: after 1, 2, 4, ... minutes, at most an hour, for a day. */
const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 86_400_000;

export interface FailedTry {
  /** The number of tries so far, this one included. */
  readonly attempt: number;
  readonly firstAttemptAt: Temporal.Instant;
  readonly isRetryable: boolean;
  /** The time in ms that the receiver asked for; null if it asked for none. */
  readonly retryAfterMs: number | null;
}

/** Returns the instant of the next try, the last one a day after the first; null to give up. */
export function nextTry(
  { attempt, firstAttemptAt, isRetryable, retryAfterMs }: FailedTry,
  now: Temporal.Instant,
): Temporal.Instant | null {
  const lastMs = firstAttemptAt.epochMilliseconds + GIVE_UP_AFTER_MS;
  const nowMs = now.epochMilliseconds;
  if (!isRetryable || nowMs >= lastMs) return null;
  const waitMs = Math.max(
    Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10), MAX_WAIT_MS),
    retryAfterMs ?? 0,
  );
  return Temporal.Instant.fromEpochMilliseconds(Math.min(nowMs + waitMs, lastMs));
}

/** Returns the instant at which an open alert is told again; null once it was told for a day. */
export function nextRepeat(
  { repeatMs, firstSentAt }: { readonly repeatMs: number; readonly firstSentAt: Temporal.Instant },
  now: Temporal.Instant,
): Temporal.Instant | null {
  const nextMs = now.epochMilliseconds + repeatMs;
  return nextMs > firstSentAt.epochMilliseconds + GIVE_UP_AFTER_MS
    ? null
    : Temporal.Instant.fromEpochMilliseconds(nextMs);
}
