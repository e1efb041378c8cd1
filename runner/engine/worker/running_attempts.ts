import { AttemptAborted } from '../attempt/abort.ts';

/** The attempts that run in this process, and the means to stop them. */
export class RunningAttempts {
  /** By id and token: a task that was cancelled and cleared may run again here before its old attempt has ended. */
  readonly #controllers = new Map<string, AbortController>();
  #closedBy: AttemptAborted | null = null;

  get size(): number {
    return this.#controllers.size;
  }

  add(taskInstanceId: number, token: number): AbortController {
    const controller = new AbortController();
    this.#controllers.set(attemptKey(taskInstanceId, token), controller);
    if (this.#closedBy !== null) controller.abort(this.#closedBy);
    return controller;
  }

  remove(taskInstanceId: number, token: number): void {
    this.#controllers.delete(attemptKey(taskInstanceId, token));
  }

  /** Aborts every attempt as superseded: other workers have taken them over. */
  supersedeAll(message: string): void {
    for (const controller of this.#controllers.values())
      controller.abort(new AttemptAborted('superseded', message));
  }

  /** Aborts every attempt for handing over, and every one that is added later, as a claim may be in progress. */
  close(message: string): void {
    this.#closedBy = new AttemptAborted('drain', message);
    for (const controller of this.#controllers.values()) controller.abort(this.#closedBy);
  }

  /** Returns the keys of the running attempts, as `id:token`. */
  keys(): ReadonlySet<string> {
    return new Set(this.#controllers.keys());
  }

  /** Stops the named attempts: they were cancelled, reclaimed or cleared. */
  abortSuperseded(keys: ReadonlySet<string>): void {
    for (const [key, controller] of this.#controllers) {
      if (!keys.has(key) || controller.signal.aborted) continue;
      controller.abort(new AttemptAborted('superseded', 'this attempt was cancelled or taken over'));
    }
  }
}

export function attemptKey(taskInstanceId: number, token: number): string {
  return `${taskInstanceId}:${token}`;
}
