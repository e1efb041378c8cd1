/** The time that running tasks have left once their worker is asked to stop. It can be made shorter, never longer. */
export class Grace implements Disposable {
  /** Resolves when the time is over; never after `dispose`. */
  readonly over: Promise<void>;
  readonly #resolve: () => void;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#resolve = resolve;
  }

  endWithin(graceMs: number): void {
    const endsAtMs = performance.now() + graceMs;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#endsAtMs = endsAtMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#resolve, graceMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
