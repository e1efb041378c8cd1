/**
 * Reads the connections of tasks by id from `STOCKFLOW_CONN_<ID>`:
 *
 * `postgres://user:secret@host/db?sslmode=verify-full`
 * `sftp://user@host:22/base/dir?host_key=SHA256:...&private_key_file=/path`
 * `https://api.example.com/v2?bearer_file=/run/secrets/api`
 */
import { isChannelUrl } from './channel/scheme.ts';
import type { CommonConfig } from './config/common.ts';
import { redactSecrets, Secret } from './config/secret.ts';
import {
  connectionUrl,
  decoded,
  type Environment,
  invalid,
  type ParsedUrl,
  readQuery,
} from './config/url.ts';
import { ConnectionError } from './connection_error.ts';
import { type HttpConfig, httpConfig } from './http/config.ts';

export { redactSecrets, Secret } from './config/secret.ts';
export { connectionIdsIn, connectionVariable, type Environment } from './config/url.ts';
export type { HttpConfig } from './http/config.ts';

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

export type ConnectionConfig = PostgresConfig | SftpConfig | HttpConfig;

const WANTED = 'a postgres://, sftp:// or https:// URL';

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

/**
 * Returns the connection of an id.
 * @param id the id as written in a DAG file, e.g. `warehouse`
 * @throws ConnectionError `missing` or `invalid`, naming the variable and never its value
 */
export function connectionFromEnv(id: string, env: Environment): ConnectionConfig {
  const parsed = connectionUrl(id, env, WANTED);
  const { variable, url } = parsed;
  switch (url.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return postgresConfig(parsed);
    case 'sftp:':
      return sftpConfig(parsed);
    case 'https:':
    case 'http:':
      return httpConfig(parsed);
    default:
      if (isChannelUrl(url)) {
        throw invalid(
          variable,
          `is a channel for alerts (${url.protocol}//), which tasks cannot use; they need ${WANTED}`,
        );
      }
      throw invalid(variable, `is not ${WANTED}`);
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

function postgresConfig({ id, variable, url, text }: ParsedUrl): PostgresConfig {
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

function sftpConfig({ id, variable, url }: ParsedUrl): SftpConfig {
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
