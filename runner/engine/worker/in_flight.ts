/** The jobs in flight, each from the claim of its row to the last task of the chain that followed. */
export class InFlight {
  readonly #works = new Set<Promise<void>>();

  /** Tracks the work until it has settled. @returns the same work */
  add(work: Promise<void>): Promise<void> {
    this.#works.add(work);
    const done = () => this.#works.delete(work);
    work.then(done, done);
    return work;
  }

  /** Resolves once no work is left, whether it succeeded or failed. */
  async whenEmpty(): Promise<void> {
    while (this.#works.size > 0) await Promise.allSettled(this.#works);
  }
}
