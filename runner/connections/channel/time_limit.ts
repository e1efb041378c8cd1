/** The longest time in ms until a connection stands. */
export const CONNECT_MS = 5_000;
/** The longest time in ms for a whole message, whatever the receiver does. */
export const SEND_MS = 20_000;

/**
 * Runs `work` with a signal that aborts when `signal` does or the time for a message is over, and stops waiting for it
 * then.
 */
export async function withinTime<T>(
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<T>,
  limitMs: number = SEND_MS,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  const limit = AbortSignal.any([signal, over.signal]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(reasonOf(limit));
  limit.addEventListener('abort', abort, { once: true });
  try {
    limit.throwIfAborted();
    return await Promise.race([work(limit), aborted]);
  } catch (error) {
    // What a library makes of an abort does not say why.
    throw limit.aborted ? reasonOf(limit) : error;
  } finally {
    clearTimeout(timer);
    limit.removeEventListener('abort', abort);
  }
}

function reasonOf({ reason }: AbortSignal): unknown {
  return reason instanceof Error && reason.name !== 'AbortError'
    ? reason
    : new Error('sending was interrupted');
}
