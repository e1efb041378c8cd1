/**
 * Charges stray errors to the attempts that caused them: an unhandled rejection, a throw in a callback of a library,
 * `process.exit`. Node keeps the attempt's async context in its handlers, so the attempt of such an error is known.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Handles a stray error of an attempt. */
export type TakeStray = (error: unknown) => void;

const attempts = new AsyncLocalStorage<TakeStray>();

/** Runs an attempt's work; its stray errors, during the work or later, go to `take`. */
export function chargeStrays<T>(take: TakeStray, work: () => Promise<T>): Promise<T> {
  return attempts.run(take, work);
}

/** Handles an error that belongs to no attempt. */
type EndProcess = (error: unknown) => void;

const watches = new Set<EndProcess>();
const real = { exit: process.exit, abort: process.abort };

/**
 * Begins to charge the process's stray errors to attempts. An error that belongs to none goes to `end`, unless another
 * listener in the process handles such errors. Dispose of the result to stop.
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

/**
 * Refuses a call that would end the process.
 * @throws Error in a task, which must not end the worker that others share
 */
function refuse(call: string): void {
  const take = attempts.getStore();
  if (take === undefined) return;
  const error = new Error(
    `the task called ${call}, which would end its worker: throw, or return, to end the task`,
  );
  take(error);
  throw error;
}
