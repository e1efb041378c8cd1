/**
 * Errors that leave the promise of the task they came from: a rejection that nobody awaits, a throw in a callback of a library,
 * `process.exit`. Node carries the attempt's context into its handlers, so that such an error is charged to the attempt.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Takes an error that strayed from an attempt. */
export type TakeStray = (error: unknown) => void;

const attempts = new AsyncLocalStorage<TakeStray>();

/** Runs an attempt's work; what strays from it, then or later, goes to `take`. */
export function chargeStrays<T>(take: TakeStray, work: () => Promise<T>): Promise<T> {
  return attempts.run(take, work);
}

/** Takes an error that no attempt is charged with. */
type EndProcess = (error: unknown) => void;

const watches = new Set<EndProcess>();
const real = { exit: process.exit, abort: process.abort };

/**
 * Charges the process's stray errors to attempts from now on; one that belongs to none goes to `end`, unless something else in the
 * process listens to such errors too. Dispose of it to stop.
 */
export function watchStrays(end: EndProcess): Disposable {
  if (watches.size === 0) begin();
  watches.add(end);
  return {
    [Symbol.dispose]() {
      watches.delete(end);
      if (watches.size === 0) stop();
    },
  };
}

function onStray(error: unknown): void {
  const take = attempts.getStore();
  if (take !== undefined) {
    take(error);
    return;
  }
  const isWatchedElsewhere = process.listenerCount('uncaughtException') > 1;
  if (isWatchedElsewhere) return;
  for (const end of watches) end(error);
}

function begin(): void {
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  process.exit = (code) => {
    refuse(`process.exit(${code ?? ''})`);
    return real.exit.call(process, code);
  };
  process.abort = () => {
    refuse('process.abort()');
    return real.abort.call(process);
  };
}

function stop(): void {
  process.off('unhandledRejection', onStray);
  process.off('uncaughtException', onStray);
  process.exit = real.exit;
  process.abort = real.abort;
}

/** @throws Error in a task, which may not end the worker that others work in as well */
function refuse(call: string): void {
  const take = attempts.getStore();
  if (take === undefined) return;
  const error = new Error(
    `the task called ${call}, which would end its worker: throw, or return, to end the task`,
  );
  take(error);
  throw error;
}
