import type { Json } from '../../runner/task.ts';

/**
 * Returns where the value lacks what is expected, in one clause; null if it has it all. A map may have further keys; lists must
 * be of one length.
 */
export function mismatch(expected: Json, found: Json | undefined, path = 'the answer'): string | null {
  if (isMap(expected)) {
    if (!isMap(found)) return differs(path, expected, found);
    return firstOf(Object.entries(expected), ([key, value]) => mismatch(value, found[key], `${path}.${key}`));
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return differs(path, expected, found);
    return firstOf([...expected.entries()], ([index, value]) =>
      mismatch(value, found[index], `${path}.${index}`),
    );
  }
  return expected === found ? null : differs(path, expected, found);
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const problem = check(item);
    if (problem !== null) return problem;
  }
  return null;
}

function differs(path: string, expected: Json, found: Json | undefined): string {
  return `${path} is ${shown(found)}, and ${shown(expected)} was expected`;
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100);
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
