import { Wakeup } from './wakeup.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface Refreshed {
  refresh(): Promise<void>;
  /** Called after each refresh that failed; it is tried again. */
  onError(error: unknown): void;
}

/**
 * Runs one refresh at a time. Requests that come while one runs are answered together by the next, and one that failed
 * is repeated after a pause that grows.
 */
export class Refresher {
  readonly #refreshed: Refreshed;
  readonly #signal: AbortSignal;
  #isWanted = false;
  #isRunning = false;

  constructor(refreshed: Refreshed, signal: AbortSignal) {
    this.#refreshed = refreshed;
    this.#signal = signal;
  }

  request(): void {
    this.#isWanted = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#isWanted && !this.#signal.aborted) {
      this.#isWanted = false;
      try {
        await this.#refreshed.refresh();
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (this.#signal.aborted) break;
        this.#refreshed.onError(error);
        this.#isWanted = true;
        await new Wakeup().wait(pauseMs, this.#signal);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
    this.#isRunning = false;
  }
}
