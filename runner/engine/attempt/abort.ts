/** The reason of an attempt's AbortSignal: why the runner stops it. */
export class AttemptAborted extends Error {
  override name = 'AttemptAborted';
  readonly why: 'timeout' | 'superseded' | 'drain' | 'stray';
  /** @param options.cause the error itself, if a stray error stops the attempt */
  constructor(why: AttemptAborted['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** The time in ms that a task has to react to its signal before the runner continues without it. */
export const ABORT_GRACE_MS = 5_000;

/**
 * Returns the result of `work`. Once the signal has fired, `work` has `graceMs` left; then the signal's reason is
 * thrown. A later result of `work` has no effect, as its fencing token is no longer valid.
 */
export async function abandonable<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => {};
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}
