/** Reads the URL of a connection from its environment variable, and the parameters behind its `?`. */
import { ConnectionError } from '../connection_error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function connectionVariable(id: string): string {
  return `STOCKFLOW_CONN_${id.toUpperCase()}`;
}

const VARIABLE = /^STOCKFLOW_CONN_([A-Z][A-Z0-9_]*)$/;

/** Returns the ids of all defined connections, sorted. */
export function connectionIdsIn(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => env[name])
    .map((name) => VARIABLE.exec(name)?.[1]?.toLowerCase())
    .filter((id) => id !== undefined)
    .sort();
}

export interface ParsedUrl {
  readonly id: string;
  readonly variable: string;
  readonly url: URL;
  /** As written. */
  readonly text: string;
}

/**
 * Returns the URL of a connection.
 * @param wanted for the message about one that is not set: `a postgres:// or sftp:// URL`
 * @throws ConnectionError `missing` or `invalid`, naming the variable and never its value
 */
export function connectionUrl(id: string, env: Environment, wanted: string): ParsedUrl {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(id)) {
    throw new ConnectionError(
      'invalid',
      `connection id "${id}": letters, digits and _ only, beginning with a letter`,
    );
  }
  const variable = connectionVariable(id);
  const text = env[variable]?.trim() ?? '';
  if (text === '') {
    throw new ConnectionError('missing', `connection "${id}": ${variable} is not set; set it to ${wanted}`);
  }
  // No cause and no quotation from here on: the error of an invalid URL contains the whole text with its secret.
  const url = URL.parse(text);
  if (url === null) throw invalid(variable, 'not a valid URL; a secret in it must be percent-encoded');
  if (url.hash !== '') throw invalid(variable, 'contains #; percent-encode it as %23');
  return { id, variable, url, text };
}

/** Reads the query. URLSearchParams is not used, as it turns the `+` of a fingerprint or a path into a space. */
export function readQuery(
  variable: string,
  url: URL,
  accepted: readonly string[],
): ReadonlyMap<string, string> {
  const { own, rest } = takeQuery(variable, url, accepted);
  const [unknown] = rest;
  if (unknown === undefined) return own;
  const { key } = splitPair(variable, unknown);
  // An unknown key may be the rest of a secret that was cut off by an & that was not encoded.
  const shown = /^[a-z_]{1,24}$/.test(key) ? ` "${key}"` : '';
  throw invalid(variable, `unknown parameter${shown}; accepted: ${accepted.join(', ')}`);
}

/** Returns the parameters with one of the given keys, and the other ones as they are written. */
export function takeQuery(
  variable: string,
  url: URL,
  keys: readonly string[],
): { readonly own: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const own = new Map<string, string>();
  const rest: string[] = [];
  for (const pair of url.search.slice(1).split('&')) {
    if (pair === '') continue;
    const { key, value } = splitPair(variable, pair);
    if (!keys.includes(key)) {
      rest.push(pair);
      continue;
    }
    const before = own.get(key);
    if (before !== undefined && key !== 'host_key') throw invalid(variable, `${key} is given twice`);
    if (value === '') throw invalid(variable, `${key} is empty`);
    own.set(key, before === undefined ? value : `${before},${value}`);
  }
  return { own, rest };
}

function splitPair(variable: string, pair: string): { readonly key: string; readonly value: string } {
  const at = pair.indexOf('=');
  return {
    key: decoded(variable, at < 0 ? pair : pair.slice(0, at)),
    value: decoded(variable, at < 0 ? '' : pair.slice(at + 1)),
  };
}

export function decoded(variable: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(variable, 'has a % that begins no percent-encoded byte; write a plain % as %25');
  }
}

export function invalid(variable: string, what: string): ConnectionError {
  return new ConnectionError('invalid', `${variable}: ${what}`);
}
