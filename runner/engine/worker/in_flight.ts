/** Hints that are being worked, from the look at the row to the last task of the chain that followed from it. */
export class InFlight {
  readonly #works = new Set<Promise<void>>();

  /** @returns the same work */
  add(work: Promise<void>): Promise<void> {
    this.#works.add(work);
    const done = () => this.#works.delete(work);
    work.then(done, done);
    return work;
  }

  /** Resolves once none is left, however they ended. */
  async whenEmpty(): Promise<void> {
    while (this.#works.size > 0) await Promise.allSettled(this.#works);
  }
}
