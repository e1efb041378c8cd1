/** The errors with which a task ends otherwise than by returning. */
import type { TaskRemedy } from '../core/value/task_remedy.ts';

/**
 * The mark of errors that decide the state of the task. A copy of this module in another package uses the same symbol.
 */
const TASK_ERROR = Symbol.for('stockflow.TaskError');
export type TaskErrorKind = 'error' | 'skip' | 'fail' | 'defer';

export interface TaskErrorOptions extends ErrorOptions {
  /** The action that helps. It is stored with the error, shown below it, and part of the JSON of `runs show`. */
  readonly remedy?: TaskRemedy;
}

/**
 * A failure with a sentence that a person can act on. It is retried like any other; subclasses are handled differently.
 */
export class TaskError extends Error {
  override name = 'TaskError';
  readonly [TASK_ERROR]: TaskErrorKind = 'error';
  readonly remedy: TaskRemedy | null;
  constructor(message?: string, options: TaskErrorOptions = {}) {
    super(message, options);
    this.remedy = options.remedy ?? null;
  }
}

/** The task has nothing to do; its instance ends `skipped`. */
export class SkipTask extends TaskError {
  override name = 'SkipTask';
  override readonly [TASK_ERROR] = 'skip';
}

/** The task failed in a way that a retry cannot fix. */
export class FailTask extends TaskError {
  override name = 'FailTask';
  override readonly [TASK_ERROR] = 'fail';
}

/** The task runs again at or after `until`; it holds no worker slot in between. */
export class DeferTask extends TaskError {
  override name = 'DeferTask';
  override readonly [TASK_ERROR] = 'defer';
  readonly until: Temporal.Instant;
  constructor(until: Temporal.Instant, why: string, options?: TaskErrorOptions) {
    super(why, options);
    this.until = until;
  }
}

/** Returns the kind of a thrown TaskError; null for any other value. */
export function taskErrorKind(error: unknown): TaskErrorKind | null {
  return isTaskError(error) ? error[TASK_ERROR] : null;
}

export function isTaskError(error: unknown): error is TaskError {
  return error instanceof Error && TASK_ERROR in error;
}
