/**
 * Reads connections by id from `STOCKFLOW_CONN_<ID>`:
 *
 * `postgres://user:secret@host/db?sslmode=verify-full`
 * `sftp://user@host:22/base/dir?host_key=SHA256:...&private_key_file=/path`
 */
import { inspect } from 'node:util';
import { ConnectionError } from './connection_error.ts';

/** A secret text. Only `reveal()` returns it: printing, inspecting or serialising it gives `[secret]`. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

interface CommonConfig {
  readonly id: string;
  /** The environment variable that defines the connection. */
  readonly variable: string;
  /**
   * The connection without its secrets, for messages and logs: `sftp://user@host:22/base` or `postgres://user@host/db`.
   */
  readonly display: string;
  readonly password: Secret | null;
}

export interface PostgresConfig extends CommonConfig {
  readonly kind: 'postgres';
  /** The whole URL, for the driver. */
  readonly url: Secret;
}

export interface SftpConfig extends CommonConfig {
  readonly kind: 'sftp';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The absolute base directory without a final slash; empty for the server's root. */
  readonly baseDir: string;
  /**
   * The pinned host keys, each `SHA256:` and 43 base64 digits; several allow a rotation. If none is pinned, every
   * server is refused.
   */
  readonly hostKeys: readonly string[];
  readonly privateKeyFile: string | null;
  readonly passphraseFile: string | null;
  readonly passwordFile: string | null;
}

export type ConnectionConfig = PostgresConfig | SftpConfig;
export type Environment = Readonly<Record<string, string | undefined>>;

const POSTGRES_KEYS = [
  'application_name',
  'connect_timeout',
  'host',
  'options',
  'port',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'uselibpqcompat',
];
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SFTP_KEYS = ['host_key', 'passphrase_file', 'password_file', 'private_key_file'];
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

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

/**
 * Returns the connection of an id.
 * @param id the id as written in a DAG file, e.g. `warehouse`
 * @throws ConnectionError `missing` or `invalid`, naming the variable and never its value
 */
export function connectionFromEnv(id: string, env: Environment): ConnectionConfig {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(id)) {
    throw new ConnectionError(
      'invalid',
      `connection id "${id}": letters, digits and _ only, beginning with a letter`,
    );
  }
  const variable = connectionVariable(id);
  const text = env[variable]?.trim() ?? '';
  if (text === '') {
    throw new ConnectionError(
      'missing',
      `connection "${id}": ${variable} is not set; set it to a postgres:// or sftp:// URL`,
    );
  }
  // No cause and no quotation from here on: the error of an invalid URL contains the whole text with its secret.
  const url = URL.parse(text);
  if (url === null) throw invalid(variable, 'not a valid URL; a secret in it must be percent-encoded');
  if (url.hash !== '') throw invalid(variable, 'contains #; percent-encode it as %23');
  switch (url.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return postgresConfig({ id, variable, url, text });
    case 'sftp:':
      return sftpConfig({ id, variable, url });
    default:
      throw invalid(variable, 'begins with neither postgres:// nor sftp://');
  }
}

/** Returns the connection; null if it is not defined, or invalid. For what only describes a connection that others use. */
export function knownConnection(id: string, env: Environment): ConnectionConfig | null {
  try {
    return connectionFromEnv(id, env);
  } catch (error) {
    if (error instanceof ConnectionError) return null;
    throw error;
  }
}

/** Returns the text with every secret of the config replaced by `[secret]`, as written and as percent-encoded. */
export function redact(text: string, config: ConnectionConfig): string {
  const secrets = config.kind === 'postgres' ? [config.url, config.password] : [config.password];
  return redactSecrets(
    text,
    secrets.filter((secret) => secret !== null),
  );
}

export function redactSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) {
    const plain = secret.reveal();
    if (plain === '') continue;
    for (const form of [plain, encodeURIComponent(plain)]) clean = clean.replaceAll(form, '[secret]');
  }
  return clean;
}

interface Parsed {
  readonly id: string;
  readonly variable: string;
  readonly url: URL;
}

function postgresConfig({ id, variable, url, text }: Parsed & { readonly text: string }): PostgresConfig {
  const query = readQuery(variable, url, POSTGRES_KEYS);
  const sslMode = query.get('sslmode');
  if (sslMode !== undefined && !SSL_MODES.includes(sslMode)) {
    throw invalid(variable, `sslmode is none of ${SSL_MODES.join(', ')}`);
  }
  const user = decoded(variable, url.username);
  return {
    kind: 'postgres',
    id,
    variable,
    display: `postgres://${user === '' ? '' : `${user}@`}${url.host}${url.pathname}`,
    password: url.password === '' ? null : new Secret(decoded(variable, url.password)),
    url: new Secret(text),
  };
}

function sftpConfig({ id, variable, url }: Parsed): SftpConfig {
  const query = readQuery(variable, url, SFTP_KEYS);
  const user = decoded(variable, url.username);
  if (url.hostname === '') throw invalid(variable, 'names no host');
  if (user === '') throw invalid(variable, 'names no user: sftp://user@host/base/dir');
  const hostKeys = (query.get('host_key') ?? '')
    .split(',')
    .filter((pin) => pin !== '')
    .map((pin) => pin.replace(/=+$/, ''));
  if (!hostKeys.every((pin) => FINGERPRINT.test(pin))) {
    throw invalid(
      variable,
      'host_key must be SHA256: and 43 base64 digits, as ssh-keygen -l prints it; several have commas between them',
    );
  }
  if (url.password !== '' && query.has('password_file')) {
    throw invalid(variable, 'has both a password and password_file; keep one');
  }
  if (query.has('passphrase_file') && !query.has('private_key_file')) {
    throw invalid(variable, 'has passphrase_file without private_key_file');
  }
  if (url.pathname.includes('@')) {
    throw invalid(
      variable,
      'has an @ behind the host; write the / and the @ of a password as %2F and %40, and an @ of the base directory as %40',
    );
  }
  const port = url.port === '' ? 22 : Number(url.port);
  const baseDir = decoded(variable, url.pathname).replace(/\/+$/, '');
  if (baseDir.includes('\0') || baseDir.split('/').includes('..')) {
    throw invalid(variable, 'base directory contains .. or a NUL');
  }
  return {
    kind: 'sftp',
    id,
    variable,
    display: `sftp://${user}@${url.hostname}:${port}${baseDir}`,
    password: url.password === '' ? null : new Secret(decoded(variable, url.password)),
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    baseDir,
    hostKeys,
    privateKeyFile: query.get('private_key_file') ?? null,
    passphraseFile: query.get('passphrase_file') ?? null,
    passwordFile: query.get('password_file') ?? null,
  };
}

/** Reads the query. URLSearchParams is not used, as it turns the `+` of a fingerprint or a path into a space. */
function readQuery(variable: string, url: URL, accepted: readonly string[]): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of url.search.slice(1).split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const key = decoded(variable, at < 0 ? pair : pair.slice(0, at));
    if (!accepted.includes(key)) {
      // An unknown key may be the rest of a secret that was cut off by an & that was not encoded.
      const shown = /^[a-z_]{1,24}$/.test(key) ? ` "${key}"` : '';
      throw invalid(variable, `unknown parameter${shown}; accepted: ${accepted.join(', ')}`);
    }
    const before = query.get(key);
    if (before !== undefined && key !== 'host_key') throw invalid(variable, `${key} is given twice`);
    const value = decoded(variable, at < 0 ? '' : pair.slice(at + 1));
    if (value === '') throw invalid(variable, `${key} is empty`);
    query.set(key, before === undefined ? value : `${before},${value}`);
  }
  return query;
}

function decoded(variable: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(variable, 'has a % that begins no percent-encoded byte; write a plain % as %25');
  }
}

function invalid(variable: string, what: string): ConnectionError {
  return new ConnectionError('invalid', `${variable}: ${what}`);
}
