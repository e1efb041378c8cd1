import { cleanText } from './clean_text.ts';
import type { TaskRemedy } from './task_remedy.ts';

/** The stored facts of an error: its class name, and its message with those of its causes. */
export interface ErrorFacts {
  readonly errorClass: string;
  readonly errorText: string;
  /** The action that a task proposed with the error; most propose none. */
  readonly remedy?: TaskRemedy;
  /** The server whose outage the error tells of, as `host:port`; most tell of none. */
  readonly origin?: string;
}

/**
 * Returns the facts of anything thrown, safe to store: without NUL and lone surrogates (Postgres refuses both), and of
 * bounded length.
 * @param by who threw it, for the sentence about a thrown value that is not an Error: `the task`
 */
export function errorFacts(thrown: unknown, by = 'the code'): ErrorFacts {
  return {
    errorClass: cleanText(classOf(thrown)).slice(0, 200),
    errorText: cleanText(messageOf(thrown, by)),
  };
}

function classOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name || thrown.constructor.name : typeof thrown;
}

function messageOf(thrown: unknown, by: string): string {
  if (!(thrown instanceof Error)) return `${by} threw ${thrownWords(thrown)}`;
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let error: unknown = thrown; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    const text = error.message === '' ? error.name : error.message;
    if (!messages.some((message) => message.includes(text))) messages.push(text);
    if (error instanceof AggregateError) messages.push(...error.errors.map((inner) => messageOf(inner, by)));
  }
  return messages.join(': ');
}

/** Describes a thrown value that is not an Error: `a plain string: no answer`. */
function thrownWords(thrown: unknown): string {
  switch (typeof thrown) {
    case 'undefined':
      return 'undefined';
    case 'object':
      return thrown === null ? 'null' : `an object that is no Error: ${printable(thrown)}`;
    case 'function':
      return `a function: ${thrown.name || 'without a name'}`;
    case 'string':
      return thrown === '' ? 'an empty string' : `a plain string: ${thrown}`;
    default:
      return `a plain ${typeof thrown}: ${String(thrown)}`;
  }
}

/** Returns the object's own message, or its JSON if it has none. */
function printable(thrown: object): string {
  try {
    if ('message' in thrown && typeof thrown.message === 'string') return thrown.message;
    return JSON.stringify(thrown);
  } catch (cause) {
    return `it cannot be printed (${cause instanceof Error ? cause.message : 'unknown'})`;
  }
}
