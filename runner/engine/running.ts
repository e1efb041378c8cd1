import { AttemptAborted } from './attempt_abort.ts';

interface Running {
  readonly token: number;
  readonly controller: AbortController;
}

/** The attempts that this process is working on, and how to stop them. */
export class RunningAttempts {
  readonly #byId = new Map<number, Running>();
  #onEmpty: (() => void)[] = [];

  get size(): number {
    return this.#byId.size;
  }

  add(taskInstanceId: number, token: number): AbortController {
    const controller = new AbortController();
    this.#byId.set(taskInstanceId, { token, controller });
    return controller;
  }

  remove(taskInstanceId: number, token: number): void {
    if (this.#byId.get(taskInstanceId)?.token === token) this.#byId.delete(taskInstanceId);
    if (this.#byId.size > 0) return;
    for (const resolve of this.#onEmpty) resolve();
    this.#onEmpty = [];
  }

  /** Resolves once nothing is running. */
  whenEmpty(): Promise<void> {
    return this.#byId.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  abortAll(why: 'superseded' | 'drain', message: string): void {
    for (const { controller } of this.#byId.values()) controller.abort(new AttemptAborted(why, message));
  }

  /** What runs now, as `id:token`. */
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
