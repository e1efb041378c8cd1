/** Sends requests to a connection's HTTP server: bounded in time and size, and never to another host. */
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpConnection, HttpRequest, HttpResponse } from '../../core/value/http.ts';
import { withinTime } from '../channel/time_limit.ts';
import { redactSecrets, Secret } from '../config/secret.ts';
import { ConnectionError } from '../connection_error.ts';
import type { HttpConfig, HttpSecret } from './config.ts';
import { exchange, type RawAnswer } from './exchange.ts';

const MAX_REDIRECTS = 3;

export function httpConnection(config: HttpConfig): HttpConnection {
  return { display: config.display, request: (request) => send(config, request) };
}

async function send(config: HttpConfig, request: HttpRequest): Promise<HttpResponse> {
  const login = await loginHeaders(config);
  const ca = config.caFile === null ? null : await readSecretFile(config, config.caFile, 'ca_file');
  const headers = { 'user-agent': 'stockflow', ...lowerCase(request.headers ?? {}), ...login.headers };
  const answer = await withinTime(
    request.signal,
    async (limit) => {
      let url = targetUrl(config, request);
      for (let redirects = 0; ; redirects += 1) {
        const got = await exchange(config, { ...request, url, headers, ca, signal: limit });
        const next = redirectTarget(config, request, { url, answer: got });
        if (next === null) return got;
        if (redirects === MAX_REDIRECTS) throw refusedRedirect(config, 'redirects again and again');
        url = next;
      }
    },
    request.timeoutMs,
  ).catch((error: unknown) => {
    request.signal.throwIfAborted();
    if (error instanceof ConnectionError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConnectionError('stalled', `${config.id}: ${config.display}: ${why}`, { server: config });
  });
  return {
    status: answer.status,
    headers: flat(answer.headers),
    text: redactSecrets(answer.body.toString('utf8'), login.secrets),
    bytes: answer.body.length,
  };
}

function targetUrl({ id, base }: HttpConfig, { path, query = {} }: HttpRequest): URL {
  const url = path.startsWith('/') ? URL.parse(`${base}${path}`) : null;
  // The path may not lead out of the base, by .. or by its encoding.
  if (url === null || !`${url.href}/`.startsWith(`${base}/`) || url.hash !== '') {
    throw new ConnectionError('invalid', `${id}: the path ${JSON.stringify(path)} is not one below ${base}`);
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  return url;
}

interface Login {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}

async function loginHeaders(config: HttpConfig): Promise<Login> {
  const { login } = config;
  if (login.kind === 'none') return { headers: {}, secrets: [] };
  const secret = await secretText(config, login.secret);
  const plain = secret.reveal();
  switch (login.kind) {
    case 'basic': {
      const sent = Buffer.from(`${login.user}:${plain}`, 'utf8').toString('base64');
      return { headers: { authorization: `Basic ${sent}` }, secrets: [secret, new Secret(sent)] };
    }
    case 'bearer':
      return { headers: { authorization: `Bearer ${plain}` }, secrets: [secret] };
    case 'header':
      return { headers: { [login.name]: plain }, secrets: [secret] };
  }
}

/** Reads the secret, for each request, so that a new one needs no restart. */
async function secretText(config: HttpConfig, secret: HttpSecret): Promise<Secret> {
  if ('value' in secret) return secret.value;
  const text = (await readSecretFile(config, secret.file, 'secret')).trim();
  // The library's own error about a header would quote it.
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new ConnectionError(
      'invalid',
      `${config.variable}: the file of its secret does not hold one secret alone`,
    );
  return new Secret(text);
}

async function readSecretFile({ variable }: HttpConfig, file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new ConnectionError('missing', `${variable}: the file of its ${what} cannot be read${code}`);
  }
}

/** Returns where a redirect leads on the same host; null for an answer that is none. */
function redirectTarget(
  config: HttpConfig,
  { method }: HttpRequest,
  { url, answer }: { readonly url: URL; readonly answer: RawAnswer },
): URL | null {
  const { status, headers } = answer;
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const target = URL.parse(headers.location ?? '', url);
  if (target === null) throw refusedRedirect(config, `answered ${status} without an address`);
  if (target.origin !== url.origin)
    throw refusedRedirect(config, `redirects to another host, ${target.host}, which is not followed`);
  const keepsRequest = status === 307 || status === 308 || method === 'GET' || method === 'HEAD';
  if (!keepsRequest)
    throw refusedRedirect(config, `answered ${status}, a redirect that drops the body of the ${method}`);
  return target;
}

function refusedRedirect({ id, display, variable }: HttpConfig, what: string): ConnectionError {
  return new ConnectionError(
    'invalid',
    `${id}: ${display} ${what}; if that is right, set ${variable} to the new address`,
  );
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function flat(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
