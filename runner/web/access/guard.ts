/** Stands before every route but the assets: lets a request pass that is a person's own and within their role, or refuses it. */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { readAssets } from '../assets.ts';
import type { WebEnv } from '../env.ts';
import { answerError, isProgram } from '../error_answer.ts';
import { html } from '../html/html.ts';
import type { AssetUrls } from '../html/layout.ts';
import type { Viewer } from '../page.ts';
import { type AccessParts, identify } from './identify.ts';
import { nextPath } from './login/next_path.ts';
import { mountLogin } from './login/routes.ts';
import { peerOf } from './peer.ts';
import { crossSiteProblem, isReading, type RequestOrigin } from './request/cross_site.ts';
import { isKnownHost } from './request/host.ts';
import { mayActAs } from './role.ts';
import type { AccessRules } from './rules.ts';
import { SharedChecks } from './shared_checks.ts';
import { isEventStream, whileAllowed } from './stream.ts';
import { tokenIn } from './token.ts';

export interface GuardOptions extends AccessParts {
  readonly log: Log;
}

/** A balancer asks these whether the process works, by whatever name it knows it. */
const PROBES: readonly string[] = ['/healthz', '/readyz'];
/** Nobody has logged in yet. */
const OPEN_PATHS: readonly string[] = [...PROBES, '/login', '/logout'];
/** Headers of a proxy. On a page that is open to everybody on this machine, a request with one comes from elsewhere. */
const PROXY_HEADERS: readonly string[] = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-real-ip',
];
/** How long a stream of live updates may go on before its reader is identified again. */
const STREAM_CHECK_MS = 10_000;

/** Returns what puts the rules before the routes of an app. */
export function accessGuard(options: GuardOptions): (app: Hono<WebEnv>) => void {
  const { urls: assets } = readAssets();
  return (app) => {
    app.use(refuseForeign(options.rules, assets));
    mountLogin(app, { ...options, assets });
    app.use(admitPeople(options, assets));
  };
}

/** Refuses what another site made a browser send, and what came through a proxy that the rules do not know. */
function refuseForeign(rules: AccessRules, assets: AssetUrls): MiddlewareHandler<WebEnv> {
  const refusal = (c: Context, detail: string) =>
    answerError(c, assets, { status: 403, title: 'Refused', detail, link: null });
  return async (c, next) => {
    if (PROBES.includes(c.req.path)) return await next();
    if (rules.hosts !== null && !isKnownHost(c.req.header('host'), rules.hosts))
      return refusal(
        c,
        'This page does not answer to that name. STOCKFLOW_WEB_HOSTS lists the names that it answers to.',
      );
    if (rules.localPerson !== null && PROXY_HEADERS.some((name) => c.req.header(name) !== undefined))
      return refusal(
        c,
        'This page is open to this machine alone, and the request came through a proxy. STOCKFLOW_WEB_USERS_FILE lets others log in.',
      );
    const problem =
      tokenIn(c.req.header('authorization')) === null
        ? crossSiteProblem(originOf(c, rules), rules.publicUrl?.origin ?? null)
        : null;
    return problem === null ? await next() : refusal(c, `Nothing was changed: ${problem}.`);
  };
}

function originOf(c: Context, { localPerson, proxyHeader }: AccessRules): RequestOrigin {
  const unasked = ['cookie', ...(proxyHeader === null ? [] : [proxyHeader])];
  return {
    method: c.req.method,
    host: c.req.header('host'),
    origin: c.req.header('origin'),
    fetchSite: c.req.header('sec-fetch-site'),
    fetchMode: c.req.header('sec-fetch-mode'),
    fetchDest: c.req.header('sec-fetch-dest'),
    isAmbient: localPerson === null && unasked.some((name) => c.req.header(name) !== undefined),
  };
}

function admitPeople(options: GuardOptions, assets: AssetUrls): MiddlewareHandler<WebEnv> {
  const checks = new SharedChecks<Viewer | null>(STREAM_CHECK_MS / 2);
  return async (c, next) => {
    if (OPEN_PATHS.includes(c.req.path)) return await next();
    const viewer = await identify(c, options);
    if (viewer === null) return askWho(c, options, assets);
    if (!isReading(c.req.method) && !mayActAs(viewer.role, 'operator')) return mayLookOnly(c, assets, viewer);
    c.set('viewer', viewer);
    await next();
    if (isEventStream(c.res)) c.res = watchedStream(c, viewer, { ...options, checks });
  };
}

/** A reader who was logged out, removed or given another role gets no more updates; their page asks anew. */
function watchedStream(c: Context, viewer: Viewer, parts: StreamParts): Response {
  const { body, status, headers } = c.res;
  if (body === null) return c.res;
  const isAllowed = async () => {
    try {
      const now = await parts.checks.get(credentialsOf(c, parts), () => identify(c, parts));
      return now?.role === viewer.role;
    } catch (error) {
      parts.log.warn('a reader of live updates cannot be identified', { error: errorFacts(error).errorText });
      return false;
    }
  };
  return new Response(whileAllowed(body, { everyMs: STREAM_CHECK_MS, isAllowed }), { status, headers });
}

interface StreamParts extends GuardOptions {
  readonly checks: SharedChecks<Viewer | null>;
}

/** Returns what names the sender of a request: the same for all pages that one person has open. */
function credentialsOf(c: Context, { rules }: GuardOptions): string {
  const names = ['authorization', 'cookie', ...(rules.proxyHeader === null ? [] : [rules.proxyHeader])];
  return JSON.stringify([peerOf(c), ...names.map((name) => c.req.header(name) ?? null)]);
}

function askWho(c: Context, { rules }: GuardOptions, assets: AssetUrls): Response | Promise<Response> {
  const hasForm = rules.usersFile !== null;
  if (c.req.method === 'GET' && hasForm && !isProgram(c)) {
    return isLinkFromElsewhere(c) ? reloaded(c) : c.redirect(loginUrl(pathOf(c.req.url)), 303);
  }
  c.header('www-authenticate', 'Bearer realm="Stockflow"');
  const isForm = hasForm && !isProgram(c);
  return answerError(c, assets, {
    status: 401,
    title: 'Not logged in',
    detail: hasForm
      ? `${isReading(c.req.method) ? '' : 'Nothing was changed. '}Log in, or send a token as Authorization: Bearer.`
      : 'The log-in proxy in front of this page has not named you. Open the page through it, or send a token as Authorization: Bearer.',
    link: isForm ? { href: loginUrl(refererPath(c)), label: 'Log in' } : null,
  });
}

/**
 * A browser keeps the cookie of the session back when a link on another site leads here. A page that loads the same address once
 * more comes from this site, and then the cookie is sent.
 */
function isLinkFromElsewhere(c: Context): boolean {
  return ['cross-site', 'same-site'].includes(c.req.header('sec-fetch-site') ?? '');
}

function reloaded(c: Context): Response | Promise<Response> {
  const url = nextPath(pathOf(c.req.url));
  return c.html(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><title>Stockflow</title></head>
<body><p><a href="${url}">Go on to ${url}</a></p></body>
</html>`);
}

function mayLookOnly(c: Context, assets: AssetUrls, { name, role }: Viewer) {
  const detail = `Nothing was changed: ${name} may look only, as ${role}.`;
  return answerError(c, assets, { status: 403, title: 'Not allowed', detail, link: null });
}

function loginUrl(next: string): string {
  return next === '/' ? '/login' : `/login?${new URLSearchParams({ next })}`;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** The page whose form was sent. */
function refererPath(c: Context): string {
  const referer = c.req.header('referer') ?? '';
  return URL.canParse(referer) ? nextPath(pathOf(referer)) : '/';
}
