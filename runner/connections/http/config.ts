/**
 * Reads the HTTP servers of tasks: `https://user:secret@api.example.com/v2`, or without a user
 * `https://api.example.com/v2?bearer_file=/run/secrets/api` and `...?api_key_header=X-Api-Key&api_key_file=/path`.
 */
import type { CommonConfig } from '../config/common.ts';
import { Secret } from '../config/secret.ts';
import { decoded, invalid, type ParsedUrl, readQuery } from '../config/url.ts';

/** A secret that is in the URL, or in a file that is read for each request. */
export type HttpSecret = { readonly value: Secret } | { readonly file: string };

/** The authentication of a connection's requests. */
export type HttpLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly user: string; readonly secret: HttpSecret }
  | { readonly kind: 'bearer'; readonly secret: HttpSecret }
  | { readonly kind: 'header'; readonly name: string; readonly secret: HttpSecret };

export interface HttpConfig extends CommonConfig {
  readonly kind: 'http';
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** The URL below which requests are sent, without the log-in and without a final slash. */
  readonly base: string;
  readonly login: HttpLogin;
  /** Certificates that are trusted besides those of the system, in PEM. */
  readonly caFile: string | null;
}

const KEYS = [
  'api_key',
  'api_key_file',
  'api_key_header',
  'bearer',
  'bearer_file',
  'ca_file',
  'password_file',
];
const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function httpConfig({ id, variable, url }: ParsedUrl): HttpConfig {
  const query = readQuery(variable, url, KEYS);
  if (url.hostname === '') throw invalid(variable, 'names no host');
  const login = readLogin(variable, url, query);
  const isTls = url.protocol === 'https:';
  if (!isTls && login.kind !== 'none' && !LOOPBACK.test(url.hostname)) {
    throw invalid(variable, 'would send its secret without encryption; write https://');
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return {
    kind: 'http',
    id,
    variable,
    display: base,
    password: 'secret' in login && 'value' in login.secret ? login.secret.value : null,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    isTls,
    base,
    login,
    caFile: query.get('ca_file') ?? null,
  };
}

function readLogin(variable: string, url: URL, query: ReadonlyMap<string, string>): HttpLogin {
  const user = decoded(variable, url.username);
  const password = decoded(variable, url.password);
  const basic = secretOf(variable, password || undefined, query.get('password_file'));
  const bearer = secretOf(variable, query.get('bearer'), query.get('bearer_file'));
  const apiKey = secretOf(variable, query.get('api_key'), query.get('api_key_file'));
  if ([basic, bearer, apiKey].filter((secret) => secret !== null).length > 1) {
    throw invalid(variable, 'has several log-ins; keep a password, a bearer token or an API key');
  }
  const name = query.get('api_key_header');
  if (name !== undefined && !HEADER_NAME.test(name))
    throw invalid(variable, 'api_key_header is not the name of a header, such as X-Api-Key');
  if ((name === undefined) !== (apiKey === null))
    throw invalid(variable, 'an API key needs api_key_header and one of api_key, api_key_file');
  if ((user === '') !== (basic === null)) throw invalid(variable, 'a user and a password need each other');
  if (basic !== null) return { kind: 'basic', user, secret: basic };
  if (bearer !== null) return { kind: 'bearer', secret: bearer };
  return name === undefined || apiKey === null
    ? { kind: 'none' }
    : { kind: 'header', name: name.toLowerCase(), secret: apiKey };
}

function secretOf(variable: string, value: string | undefined, file: string | undefined): HttpSecret | null {
  if (value !== undefined && file !== undefined)
    throw invalid(variable, 'has a secret both in the URL and in a file; keep one');
  if (value !== undefined) return { value: new Secret(value) };
  return file === undefined ? null : { file };
}
