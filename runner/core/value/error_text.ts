/** The longest error text that is stored, in UTF-16 code units. */
export const MAX_ERROR_CHARS = 8_000;

/** The stored facts of an error: its class name, and its message with those of its causes. */
export interface ErrorFacts {
  readonly errorClass: string;
  readonly errorText: string;
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

/** Returns the text as Postgres accepts it in `text` and `jsonb`, at most `MAX_ERROR_CHARS` long. */
export function cleanText(text: string): string {
  const capped = text.length > MAX_ERROR_CHARS ? `${text.slice(0, MAX_ERROR_CHARS)} ... (cut)` : text;
  return capped.toWellFormed().replaceAll('\0', '\u2400');
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
