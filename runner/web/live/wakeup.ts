/** Lets many wait for the next change of one thing, each for a time of its own. */
export class Wakeup {
  readonly #waiting = new Set<() => void>();

  /** Wakes all who wait now. */
  wake(): void {
    for (const wakeOne of this.#waiting) wakeOne();
  }

  /** Waits for the next call of `wake`, for `ms`, or until the signal aborts; leaves nothing behind. */
  async wait(ms: number, signal: AbortSignal): Promise<'woken' | 'timeout' | 'aborted'> {
    if (signal.aborted) return 'aborted';
    const { promise, resolve } = Promise.withResolvers<'woken' | 'timeout' | 'aborted'>();
    const onWake = () => resolve('woken');
    const onAbort = () => resolve('aborted');
    const timer = setTimeout(() => resolve('timeout'), ms);
    // A page that is open keeps no process alive; its server does.
    timer.unref();
    this.#waiting.add(onWake);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(onWake);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
