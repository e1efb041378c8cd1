import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Pool } from 'pg';
import { accessGuard } from '../../../../runner/web/access/guard.ts';
import { openAccessRules } from '../../../../runner/web/access/rules.ts';
import { readWebSettings } from '../../../../runner/web/access/settings.ts';
import { hashPassword } from '../../../../runner/web/access/users/password.ts';
import type { WebEnv } from '../../../../runner/web/app.ts';
import { startWebServer } from '../../../../runner/web/server.ts';
import type { Lifetime } from '../../../support/postgres/database.ts';

/** A server with a few routes behind the guard, on a clock that tests move. */
export interface Site {
  readonly port: number;
  /** Every line of the log, as JSON. */
  readonly logged: readonly string[];
  readonly usersFile: string;
  /** The number of requests that reached the route `POST /act`. */
  readonly acts: () => number;
  send(sent?: Sent): Promise<Answer>;
  /** Moves the site's clock forward. */
  wait(duration: Temporal.DurationLike): void;
  close(): Promise<void>;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export interface SiteOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of the users file, which the site then uses. */
  readonly users?: readonly string[];
  /** Makes the app that is served, in place of a small one. */
  readonly makeApp?: (guard: Guard) => Hono<WebEnv>;
}

type Guard = ReturnType<typeof accessGuard>;

/** As cheap as the users file takes it. */
const COST = { ln: 14, r: 8, p: 1 };

export async function userLine(name: string, role: string, password: string): Promise<string> {
  return `${name}:${role}:${await hashPassword(password, COST)}`;
}

export async function startSite(
  lifetime: Lifetime,
  pool: Pool,
  { env = {}, users, makeApp }: SiteOptions = {},
): Promise<Site> {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-web-'));
  const usersFile = path.join(dir, 'users.txt');
  if (users !== undefined) await writeFile(usersFile, `${users.join('\n')}\n`, { mode: 0o600 });
  const logged: string[] = [];
  const line = (message: string, facts?: object) => void logged.push(JSON.stringify({ message, ...facts }));
  const log = { debug: line, info: line, warn: line, error: line };
  const settings = readWebSettings({
    ...(users === undefined ? {} : { STOCKFLOW_WEB_USERS_FILE: usersFile }),
    ...env,
  });
  const rules = await openAccessRules(settings, { host: '127.0.0.1', localPerson: 'owner', log });
  let now = Temporal.Now.instant();
  let acts = 0;
  const guard = accessGuard({ rules, pool, log, now: () => now });
  const app =
    makeApp?.(guard) ??
    smallApp(guard, () => {
      acts += 1;
    });
  const server = await startWebServer({ rules, port: 0, app, log, signal: new AbortController().signal });
  const close = async () => {
    await server[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  };
  lifetime.after(close);
  return {
    port: server.port,
    logged,
    usersFile,
    acts: () => acts,
    send: (sent = {}) => send(server.port, sent),
    wait: (duration) => {
      now = now.add(duration);
    },
    close,
  };
}

/** An app with a route of each kind. */
function smallApp(guard: Guard, onAct: () => void): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  guard(app);
  app.get('/', (c) => c.html(`hello ${c.get('viewer').name}, ${c.get('viewer').role}`));
  app.get('/api/v1/me', (c) => c.json(c.get('viewer')));
  app.post('/act', (c) => {
    onAct();
    return c.redirect('/', 303);
  });
  app.get('/boom', () => {
    throw new Error('no such table');
  });
  app.get('/unreachable', () => {
    throw Object.assign(new Error('10.0.0.5 is shutting down'), { code: '57P01' });
  });
  app.get('/broken', (c) =>
    c.body(
      ReadableStream.from(
        (async function* () {
          yield new TextEncoder().encode('half of it');
          throw new Error('no such chunk');
        })(),
      ),
    ),
  );
  app.get('/healthz', (c) => c.text('ok'));
  app.get('/live/count', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'first' });
      while (!stream.aborted && !stream.closed) await stream.sleep(50);
    }),
  );
  return app;
}

/** As a browser that opens a page, unless the headers say otherwise. */
function send(port: number, { method = 'GET', path: at = '/', headers = {}, body }: Sent): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(
    {
      host: '127.0.0.1',
      port,
      method,
      path: at,
      agent: false,
      headers: {
        accept: 'text/html',
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      );
      answer.on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

export interface Login {
  readonly name: string;
  readonly password: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the form of the log-in page. */
export function logIn(site: Site, { name, password, headers = {} }: Login): Promise<Answer> {
  const body = new URLSearchParams({ name, password, next: '/runs/812?tab=log' }).toString();
  return site.send({ method: 'POST', path: '/login', headers: { ...SAME_ORIGIN, ...headers }, body });
}

/** Returns the cookie of an answer as a request sends it. */
export function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';')[0] ?? '';
}
