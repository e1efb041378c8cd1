/**
 * Finds the part of a task's value that cannot be stored as JSON, before `JSON.stringify` drops or changes it silently.
 */

/** The first part of a value that JSON, or Postgres's `jsonb`, cannot store. */
export interface NotJson {
  /** The path of the part, `rows[2].id`; empty for the value itself. */
  readonly path: string;
  /** A description of the part: `a BigInt`. */
  readonly found: string;
  /** True if JSON could store it and only Postgres cannot. */
  readonly isJson: boolean;
}

/** Built-in objects that JSON would store as nothing, or as something else. */
const LOSSY = [
  [Map, 'a Map'],
  [Set, 'a Set'],
  [WeakMap, 'a WeakMap'],
  [WeakSet, 'a WeakSet'],
  [Promise, 'a Promise that nobody awaited'],
  [RegExp, 'a RegExp'],
  [Error, 'an Error'],
  [ArrayBuffer, 'an ArrayBuffer'],
] as const;

const MAX_DEPTH = 1_000;

/**
 * Returns the first part that cannot be stored; null if the value is stored as it is. An object with its own `toJSON`,
 * such as a Temporal or a Date, counts as what that returns.
 */
export function notJson(value: unknown): NotJson | null {
  return search(value, '', []);
}

function search(value: unknown, path: string, above: readonly object[]): NotJson | null {
  const found = unstorable(value, above);
  if (found !== null) return { path, found, isJson: typeof value === 'string' };
  if (typeof value !== 'object' || value === null) return null;
  const plain = ownJson(value);
  if (plain !== value) {
    // An Invalid Date's own JSON is null.
    return plain === null
      ? { path, found: 'an invalid date', isJson: false }
      : search(plain, path, [...above, value]);
  }
  const inside = [...above, value];
  const entries: Iterable<readonly [string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, part] of entries) {
    if (part === undefined && typeof key === 'string') continue; // an optional property without a value
    const problem =
      typeof key === 'string' && textProblem(key) !== null
        ? { path, found: `a key with ${textProblem(key)}`, isJson: true }
        : search(part, below(path, key), inside);
    if (problem !== null) return problem;
  }
  return null;
}

function unstorable(value: unknown, above: readonly object[]): string | null {
  switch (typeof value) {
    case 'bigint':
      return 'a BigInt';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'undefined':
      return 'undefined';
    case 'number':
      return Number.isFinite(value) ? null : String(value);
    case 'string':
      return textProblem(value) === null ? null : `text with ${textProblem(value)}`;
    case 'object':
      return value === null ? null : objectProblem(value, above);
    default:
      return null;
  }
}

function objectProblem(value: object, above: readonly object[]): string | null {
  if (above.includes(value)) return 'a circular reference';
  if (above.length > MAX_DEPTH) return 'too many levels';
  if (hasOwnJson(value)) return null;
  if (ArrayBuffer.isView(value)) return 'binary data';
  return LOSSY.find(([kind]) => value instanceof kind)?.[1] ?? null;
}

/** Returns why Postgres refuses a text (NUL, or a lone surrogate), or null. */
function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'a NUL character';
  return text.isWellFormed() ? null : 'half of a surrogate pair';
}

function hasOwnJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function ownJson(value: object): unknown {
  return hasOwnJson(value) ? value.toJSON() : value;
}

function below(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[A-Za-z_]\w*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Returns the problem as a sentence: `the return value is not JSON: it holds a BigInt at rows[2].id`. */
export function notJsonSentence(what: string, { path, found, isJson }: NotJson): string {
  return `${what} ${isJson ? 'cannot be stored' : 'is not JSON'}: ${path === '' ? `it is ${found}` : `it holds ${found} at ${path}`}`;
}
