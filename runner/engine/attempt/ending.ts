/** The ending of a task's own code, before the runner decides the outcome. */
import { ConnectionError } from '../../connections/connection_error.ts';
import { originOf } from '../../connections/error_origin.ts';
import type { Outcome, Reason } from '../../core/run/settle.ts';
import { cleanText } from '../../core/value/clean_text.ts';
import { type ErrorFacts, errorFacts } from '../../core/value/error_text.ts';
import type { Json } from '../../core/value/json.ts';
import { notJson, notJsonSentence } from '../../core/value/stored_json.ts';
import { type TaskRemedy, taskRemedySchema } from '../../core/value/task_remedy.ts';
import {
  type DeferTask,
  FailTask,
  isTaskError,
  type SkipTask,
  type TaskError,
  taskErrorKind,
} from '../../task.ts';
import { AttemptAborted } from './abort.ts';

/** The thrower's name in the sentence about a thrown value that is not an Error. */
export const BY_TASK = 'the task';
/** The largest output of a task, in UTF-16 code units of its JSON. */
const MAX_OUTPUT_CHARS = 1 << 20;

export type Ending =
  | { readonly kind: 'returned'; readonly output: Json }
  | ({ readonly kind: 'skipped' } & Reason)
  | ({ readonly kind: 'deferred'; readonly until: Temporal.Instant } & Reason)
  | {
      readonly kind: 'failed';
      readonly error: ErrorFacts;
      /** True if a retry cannot help. */
      readonly isFinal: boolean;
      /** The stack; null for an error whose message is sufficient. */
      readonly stack: string | null;
    };

/** Returns the ending of a task that returned. @throws FailTask if the database could not store the output */
export function endingOfOutput(taskId: string, output: Json | undefined): Ending {
  const problem = notJson(output ?? null);
  if (problem !== null) {
    throw new FailTask(`${taskId}: ${notJsonSentence('the return value', problem)}`);
  }
  const text = JSON.stringify(output ?? null);
  if (text.length > MAX_OUTPUT_CHARS) {
    throw new FailTask(
      `${taskId}: the return value has ${text.length} characters of JSON, at most ${MAX_OUTPUT_CHARS} are kept: write it to an artifact`,
    );
  }
  return { kind: 'returned', output: output ?? null };
}

export function endingOfError(error: unknown): Ending {
  if (isSkip(error)) return { kind: 'skipped', ...reasonOf(error) };
  if (isDeferral(error)) return { kind: 'deferred', until: error.until, ...reasonOf(error) };
  const isFinal = taskErrorKind(error) === 'fail' || (error instanceof ConnectionError && !error.retryable);
  const origin = originOf(error);
  const facts = withRemedy(errorFacts(error, BY_TASK), error);
  const withOrigin = origin === null ? facts : { ...facts, origin };
  return { kind: 'failed', error: withOrigin, isFinal, stack: stackOf(error) };
}

function reasonOf(error: TaskError): Reason {
  const { errorText: reason, remedy } = withRemedy({ errorText: cleanText(error.message) }, error);
  return { reason, ...(remedy === undefined ? {} : { remedy }) };
}

/** Adds the remedy of a task's error. A malformed one must not hide the error, so the text only names its problem. */
function withRemedy<Facts extends { readonly errorText: string }>(
  facts: Facts,
  error: unknown,
): Facts & { readonly remedy?: TaskRemedy } {
  // Another copy of the module may be of a version without remedies.
  if (!isTaskError(error) || (error.remedy ?? null) === null) return facts;
  const read = taskRemedySchema.safeParse(error.remedy);
  if (read.success) return { ...facts, remedy: read.data };
  const problems = read.error.issues.map(({ path, message }) => `remedy.${path.join('.')}: ${message}`);
  return { ...facts, errorText: cleanText(`${facts.errorText} (${problems.join('; ')})`) };
}

function isSkip(error: unknown): error is SkipTask {
  return taskErrorKind(error) === 'skip';
}

function isDeferral(error: unknown): error is DeferTask {
  return taskErrorKind(error) === 'defer';
}

/** Returns the stack of an unexpected error; null for a TaskError, whose message is sufficient. */
export function stackOf(error: unknown): string | null {
  const isExpected =
    taskErrorKind(error) !== null || error instanceof ConnectionError || error instanceof AttemptAborted;
  return error instanceof Error && !isExpected && error.stack !== undefined ? cleanText(error.stack) : null;
}

/**
 * Returns the outcome of an attempt whose task ended in this way; `abort` is why the runner had stopped it, null if it
 * had not.
 * @returns null if the attempt was superseded: it has been settled already, and its result does not count
 */
export function outcomeOf(ending: Ending, abort: AttemptAborted | null): Outcome | null {
  // A result that arrives after the abort is still offered; the fencing token refuses it if the attempt no longer
  // counts.
  if (ending.kind === 'returned' && abort?.why !== 'stray') {
    return { kind: 'success', output: ending.output };
  }
  if (abort?.why === 'superseded') return null;
  if (abort?.why === 'drain') return { kind: 'handed_over', reason: abort.message };
  if (ending.kind === 'skipped' || ending.kind === 'deferred') return ending;
  const isFinal = ending.kind === 'failed' && ending.isFinal && abort === null;
  return { kind: 'failed', error: errorOf(ending, abort), retry: isFinal ? 'never' : 'allowed' };
}

/**
 * Returns the error of an ended task. A task that its timeout stopped may throw anything that its libraries make of the
 * signal, so the timeout is the reason.
 */
function errorOf(ending: Ending, abort: AttemptAborted | null): ErrorFacts {
  if (abort?.why === 'stray')
    return { ...errorFacts(abort.cause, BY_TASK), errorText: cleanText(abort.message) };
  if (abort !== null || ending.kind !== 'failed') return errorFacts(abort);
  return ending.error;
}
