/**
 * Tells from another thread whether an event loop stands still, by a count that the loop keeps raising. Time in which the watch
 * itself could not look, as while the whole process was stopped, does not count.
 */
export class EventLoopWatch {
  readonly #stallMs: number;
  #turns = -1;
  #lookedAtMs: number | null = null;
  #stoodStillMs = 0;

  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** @param nowMs of a clock that never goes back */
  standsStill(turns: number, nowMs: number): boolean {
    const sinceLook = this.#lookedAtMs === null ? 0 : nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    if (turns !== this.#turns) {
      this.#turns = turns;
      this.#stoodStillMs = 0;
      return false;
    }
    // Several looks are due within the limit, so a longer pause was the watch's own.
    this.#stoodStillMs += Math.min(sinceLook, this.#stallMs / 3);
    return this.#stoodStillMs >= this.#stallMs;
  }
}
