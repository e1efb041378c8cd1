/** Work whose result does not depend on who asks for it, done once for all who ask at once. */

interface Going<Result> {
  /** Fulfilled when it has ended, however it did. */
  readonly ended: Promise<void>;
  /** The result for those who asked after it had begun; null while nobody has. */
  next: Promise<Result> | null;
}

/**
 * Shares results by key. Whoever asks while the work goes on gets the result of the next, which begins after it and thus after
 * they asked: so nobody is shown less than what had happened when they asked, such as their own action.
 */
export class SharedWork<Result> {
  readonly #going = new Map<string, Going<Result>>();

  /** @param key names all that the result depends on, besides the moment */
  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const going = this.#going.get(key);
    if (going === undefined) return this.#begin(key, work);
    going.next ??= going.ended.then(() => this.#begin(key, work));
    return going.next;
  }

  #begin(key: string, work: () => Promise<Result>): Promise<Result> {
    const result = work();
    const going: Going<Result> = {
      ended: result.then(
        () => undefined,
        () => undefined,
      ),
      next: null,
    };
    this.#going.set(key, going);
    void going.ended.then(() => {
      if (going.next === null) this.#going.delete(key);
    });
    return result;
  }
}
