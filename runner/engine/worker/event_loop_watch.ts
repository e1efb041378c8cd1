/**
 * Detects from another thread that an event loop is blocked, by a counter that the loop increments. Time in which the
 * watch itself could not run, as while the whole process was stopped, does not count.
 */
export class EventLoopWatch {
  readonly #stallMs: number;
  #turns = -1;
  #lookedAtMs: number | null = null;
  #blockedMs = 0;

  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** Returns true once the loop has been blocked for the limit. @param nowMs the present time of a monotonic clock */
  isBlocked(turns: number, nowMs: number): boolean {
    const sinceLook = this.#lookedAtMs === null ? 0 : nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    if (turns !== this.#turns) {
      this.#turns = turns;
      this.#blockedMs = 0;
      return false;
    }
    // The counter is read several times within the limit, so a longer pause was the watch's own.
    this.#blockedMs += Math.min(sinceLook, this.#stallMs / 3);
    return this.#blockedMs >= this.#stallMs;
  }
}
