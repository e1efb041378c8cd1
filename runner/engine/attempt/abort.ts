/** Why the runner stops a running attempt: the reason of its AbortSignal. */
export class AttemptAborted extends Error {
  override name = 'AttemptAborted';
  readonly why: 'timeout' | 'superseded' | 'drain' | 'stray';
  /** @param options.cause of a stray error, the error itself */
  constructor(why: AttemptAborted['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** How long a task may take to notice its signal before the runner goes on without it. */
export const ABORT_GRACE_MS = 5_000;

/**
 * What `work` gives; but once the signal has fired, `work` has `graceMs` left, and then the signal's reason is thrown.
 * Whatever `work` does later reaches nothing: its fence has moved on.
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
