import { AttemptAborted } from '../attempt/abort.ts';

interface Running {
  readonly token: number;
  readonly controller: AbortController;
}

/** The attempts that run in this process, and the means to stop them. */
export class RunningAttempts {
  readonly #byId = new Map<number, Running>();
  #closedBy: AttemptAborted | null = null;

  get size(): number {
    return this.#byId.size;
  }

  add(taskInstanceId: number, token: number): AbortController {
    const controller = new AbortController();
    this.#byId.set(taskInstanceId, { token, controller });
    if (this.#closedBy !== null) controller.abort(this.#closedBy);
    return controller;
  }

  remove(taskInstanceId: number, token: number): void {
    if (this.#byId.get(taskInstanceId)?.token === token) this.#byId.delete(taskInstanceId);
  }

  /** Aborts every attempt as superseded: other workers have taken them over. */
  supersedeAll(message: string): void {
    for (const { controller } of this.#byId.values())
      controller.abort(new AttemptAborted('superseded', message));
  }

  /** Aborts every attempt for handing over, and every one that is added later, as a claim may be in progress. */
  close(message: string): void {
    this.#closedBy = new AttemptAborted('drain', message);
    for (const { controller } of this.#byId.values()) controller.abort(this.#closedBy);
  }

  /** Returns the keys of the running attempts, as `id:token`. */
  keys(): ReadonlySet<string> {
    return new Set([...this.#byId].map(([taskInstanceId, { token }]) => attemptKey(taskInstanceId, token)));
  }

  /** Stops the named attempts: they were cancelled, reclaimed or cleared. */
  abortSuperseded(keys: ReadonlySet<string>): void {
    for (const [taskInstanceId, { token, controller }] of this.#byId) {
      if (!keys.has(attemptKey(taskInstanceId, token)) || controller.signal.aborted) continue;
      controller.abort(new AttemptAborted('superseded', 'this attempt was cancelled or taken over'));
    }
  }
}

export function attemptKey(taskInstanceId: number, token: number): string {
  return `${taskInstanceId}:${token}`;
}
