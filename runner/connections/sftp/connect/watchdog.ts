/** Calls `onIdle` once requests have waited `idleMs` without any of them being answered. */
export class IdleWatchdog {
  readonly #onIdle: (idleMs: number) => void;
  #idleMs: number;
  #waiting = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(idleMs: number, onIdle: (idleMs: number) => void) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  requestSent(): void {
    this.#waiting += 1;
    if (this.#timer === null) this.#arm();
  }

  requestSettled(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.stop();
    else this.#timer?.refresh();
  }

  /** Shortens the limit from now on. */
  shorten(idleMs: number): void {
    this.#idleMs = Math.min(this.#idleMs, idleMs);
    this.stop();
    if (this.#waiting > 0) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#onIdle(this.#idleMs), this.#idleMs);
  }
}
