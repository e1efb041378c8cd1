/** Serves the web application on a port. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { isDatabaseUnavailable } from '../connections/postgres/connect.ts';
import { errorFacts } from '../core/value/error_text.ts';
import type { Log } from '../log.ts';
import { securityHeaders } from './access/headers.ts';
import type { AccessRules } from './access/rules.ts';
import { isEventStream, servedBody } from './access/stream.ts';
import { readAssets } from './assets.ts';
import { limitBodies } from './body_limit.ts';
import type { WebEnv } from './env.ts';
import { answerError } from './error_answer.ts';
import { type ErrorStatus, HttpError, refusalOf } from './http_error.ts';

export interface WebServerOptions {
  /** The rules of the app's guard; the address to listen on is theirs. */
  readonly rules: AccessRules;
  /** 0 for any free one. */
  readonly port: number;
  readonly app: Hono<WebEnv>;
  readonly log: Log;
  /** Closes the server when it aborts. */
  readonly signal: AbortSignal;
}

export interface WebServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:8484` */
  readonly url: string;
  /** Fulfilled when the server has closed. */
  readonly closed: Promise<void>;
}

/** The server cannot listen on its address. */
export class ListenError extends Error {
  override name = 'ListenError';
  readonly kind: 'port_taken' | 'no_such_address' | 'not_permitted';
  readonly host: string;
  readonly port: number;
  constructor(
    kind: ListenError['kind'],
    at: { readonly host: string; readonly port: number },
    cause: unknown,
  ) {
    super(`cannot listen on ${at.host}:${at.port}: ${kind.replaceAll('_', ' ')}`, { cause });
    this.kind = kind;
    this.host = at.host;
    this.port = at.port;
  }
}

const LISTEN_ERRORS: Readonly<Record<string, ListenError['kind']>> = {
  EADDRINUSE: 'port_taken',
  EADDRNOTAVAIL: 'no_such_address',
  ENOTFOUND: 'no_such_address',
  EAI_AGAIN: 'no_such_address',
  EINVAL: 'no_such_address',
  EACCES: 'not_permitted',
};

/** The most bytes of a request's body; forms and the API's requests are far smaller. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A client that sends its request slowly holds a connection no longer than this. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
/** Longer than proxies keep a connection that nobody uses, which is 60 s as a rule. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 1_000;
/** When the server closes, requests have so long to end. */
const CLOSE_GRACE_MS = 5_000;
const CLOSE_CHECK_MS = 50;
const RETRY_AFTER_S = 5;

/** @throws ListenError */
export async function startWebServer({
  rules,
  port,
  app,
  log,
  signal,
}: WebServerOptions): Promise<WebServer> {
  const closing = new AbortController();
  const served = outermost(app, { rules, log, closing: closing.signal });
  const server = createServer(
    { ...TIMEOUTS, keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEADER_BYTES },
    getRequestListener(served.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  const actualPort = await listen(server, { host: rules.host, port });
  server.on('error', (error) => log.error('a connection failed', { error: errorFacts(error).errorText }));
  const closed = once(server, 'close').then(() => undefined);
  const close = async () => {
    if (!closing.signal.aborted) {
      closing.abort();
      endServer(server);
    }
    await closed;
  };
  const onAbort = () => void close();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const name = rules.host.includes(':') ? `[${rules.host}]` : rules.host;
  return {
    port: actualPort,
    url: `http://${name}:${actualPort}`,
    closed: closed.finally(() => signal.removeEventListener('abort', onAbort)),
    [Symbol.asyncDispose]: close,
  };
}

/** @returns the port */
async function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  // `localhost` may be made another address.
  const host = at.host === 'localhost' ? '127.0.0.1' : at.host;
  server.listen({ host, port: at.port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const kind = error instanceof Error && 'code' in error ? LISTEN_ERRORS[String(error.code)] : undefined;
    throw kind === undefined ? error : new ListenError(kind, at, error);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Takes no more connections, and ends those that do not end by themselves. */
function endServer(server: Server): void {
  server.close();
  // A connection whose last answer began before now stays open for a next request.
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_CHECK_MS);
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  server.once('close', () => {
    clearInterval(idle);
    clearTimeout(late);
  });
}

interface Serving {
  readonly rules: AccessRules;
  readonly log: Log;
  readonly closing: AbortSignal;
}

/** Returns the app within what holds for every request, whatever its route. */
function outermost(app: Hono<WebEnv>, { rules, log, closing }: Serving): Hono<WebEnv> {
  const { urls: assets } = readAssets();
  const answer = (c: Context, status: ErrorStatus, detail: string) =>
    answerError(c, assets, {
      status,
      title: TITLES[status],
      detail,
      link: { href: '/', label: 'To the first page' },
    });
  return new Hono<WebEnv>()
    .use(numbered)
    .use(securityHeaders(rules))
    .use(sendBodies({ log, closing }))
    .use(
      limitBodies(MAX_BODY_BYTES, (c) => answer(c, 413, `A request takes at most ${MAX_BODY_BYTES} bytes.`)),
    )
    .route('/', app)
    .notFound((c) => answer(c, 404, `There is nothing at ${c.req.path}.`))
    .onError((error, c) => {
      const refusal = refusalOf(error);
      if (error instanceof HttpError)
        for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
      if (refusal !== null) return answer(c, refusal.status, refusal.sentence);
      const requestId = c.get('requestId');
      const { errorText } = errorFacts(error);
      if (isDatabaseUnavailable(error)) {
        log.warn('the database is unavailable', { requestId, path: c.req.path, error: errorText });
        c.header('retry-after', String(RETRY_AFTER_S));
        return answer(c, 503, 'The database cannot be reached now. Load the page again in a while.');
      }
      log.error('request failed', {
        requestId,
        method: c.req.method,
        path: c.req.path,
        error: errorText,
        stack: error.stack,
      });
      return answer(c, 500, `The log of this server says more in its line with requestId=${requestId}.`);
    });
}

const TITLES: Readonly<Record<ErrorStatus, string>> = {
  400: 'Not understood',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Too much at once',
  415: 'Not understood',
  422: 'Not possible with these values',
  429: 'Too many requests',
  500: 'An error on our side',
  503: 'Not available now',
};

/** Gives each request an id, which its answer and its lines in the log carry. */
const numbered: MiddlewareHandler<WebEnv> = async (c, next) => {
  const requestId = randomBytes(8).toString('hex');
  c.set('requestId', requestId);
  await next();
  c.res.headers.set('x-request-id', requestId);
};

/** Ends streams of live updates when the server closes. A body that breaks off is told in the log, and breaks the connection. */
function sendBodies({ log, closing }: Omit<Serving, 'rules'>): MiddlewareHandler {
  return async (c: Context<{ Bindings: HttpBindings } & WebEnv>, next) => {
    await next();
    const { body, status, headers } = c.res;
    if (body === null) return;
    if (c.req.method === 'HEAD') {
      c.res = new Response(null, { status, headers });
      return await body.cancel();
    }
    const onError = (error: unknown) => {
      log.error('answer broke off', {
        requestId: c.get('requestId'),
        path: c.req.path,
        error: errorFacts(error).errorText,
      });
      c.env.outgoing.destroy();
    };
    const signal = isEventStream(c.res) ? closing : null;
    c.res = new Response(servedBody(body, { signal, onError }), { status, headers });
  };
}
