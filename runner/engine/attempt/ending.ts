/** How a task's own code ended, apart from what the runner makes of it. */
import { ConnectionError } from '../../connections/connection_error.ts';
import type { Outcome } from '../../core/run/settle.ts';
import { cleanText, type ErrorFacts, errorFacts } from '../../core/value/error_text.ts';
import type { Json } from '../../core/value/json.ts';
import { notJson, notJsonSentence } from '../../core/value/stored_json.ts';
import { type DeferTask, FailTask, type SkipTask, taskErrorKind } from '../../task.ts';
import { AttemptAborted } from './abort.ts';

/** Who threw, in the sentence about something thrown that is no Error. */
export const BY_TASK = 'the task';
/** Largest output of a task, in UTF-16 code units of its JSON. */
const MAX_OUTPUT_CHARS = 1 << 20;

export type Ending =
  | { readonly kind: 'returned'; readonly output: Json }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'deferred'; readonly until: Temporal.Instant; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly error: ErrorFacts;
      /** Trying again cannot help. */
      readonly isFinal: boolean;
      /** Null for an error whose sentence says it all. */
      readonly stack: string | null;
    };

/** @throws FailTask where the database could not keep the output */
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
  if (isSkip(error)) return { kind: 'skipped', reason: cleanText(error.message) };
  if (isDeferral(error)) {
    return { kind: 'deferred', until: error.until, reason: cleanText(error.message) };
  }
  const isFinal = taskErrorKind(error) === 'fail' || (error instanceof ConnectionError && !error.retryable);
  return { kind: 'failed', error: errorFacts(error, BY_TASK), isFinal, stack: stackOf(error) };
}

function isSkip(error: unknown): error is SkipTask {
  return taskErrorKind(error) === 'skip';
}

function isDeferral(error: unknown): error is DeferTask {
  return taskErrorKind(error) === 'defer';
}

/** The stack helps only where the error is a surprise: a TaskError's sentence says it all. */
export function stackOf(error: unknown): string | null {
  const isExpected =
    taskErrorKind(error) !== null || error instanceof ConnectionError || error instanceof AttemptAborted;
  return error instanceof Error && !isExpected && error.stack !== undefined ? cleanText(error.stack) : null;
}

/**
 * The outcome of an attempt whose task ended like this; `abort` is why the runner had stopped it, null where it had not.
 *
 * @returns null when the attempt was superseded: whoever did that has settled it, and its result is of no interest
 */
export function outcomeOf(ending: Ending, abort: AttemptAborted | null): Outcome | null {
  // A result that came all the same is offered, and refused by the fence where the attempt no longer counts.
  if (ending.kind === 'returned' && abort?.why !== 'stray') {
    return { kind: 'success', output: ending.output };
  }
  if (abort?.why === 'superseded') return null;
  if (abort?.why === 'drain') return { kind: 'handed_over', reason: abort.message };
  if (ending.kind === 'skipped' || ending.kind === 'deferred') return ending;
  const isFinal = ending.kind === 'failed' && ending.isFinal && abort === null;
  return { kind: 'failed', error: errorOf(ending, abort), retry: isFinal ? 'never' : 'allowed' };
}

/** A task stopped by its timeout may throw whatever its libraries make of the signal: the timeout is the reason. */
function errorOf(ending: Ending, abort: AttemptAborted | null): ErrorFacts {
  if (abort?.why === 'stray')
    return { ...errorFacts(abort.cause, BY_TASK), errorText: cleanText(abort.message) };
  if (abort !== null || ending.kind !== 'failed') return errorFacts(abort);
  return ending.error;
}
