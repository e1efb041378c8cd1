/** Shares the look at who a reader is among the streams of one reader: each open page has a stream of its own. */
export class SharedChecks<Result> {
  readonly #keptMs: number;
  readonly #nowMs: () => number;
  readonly #made = new Map<string, { readonly atMs: number; readonly result: Promise<Result> }>();

  /**
   * @param keptMs the time for which a result serves further streams
   * @param nowMs a clock that never goes back
   */
  constructor(keptMs: number, nowMs: () => number = () => performance.now()) {
    this.#keptMs = keptMs;
    this.#nowMs = nowMs;
  }

  /** Returns the result for a key: the one that is being made or was made a moment ago, or else a new one. */
  get(key: string, make: () => Promise<Result>): Promise<Result> {
    const now = this.#nowMs();
    for (const [other, { atMs }] of this.#made) {
      if (now - atMs < this.#keptMs) break;
      this.#made.delete(other);
    }
    const made = this.#made.get(key);
    if (made !== undefined) return made.result;
    const result = make();
    this.#made.set(key, { atMs: now, result });
    return result;
  }
}
