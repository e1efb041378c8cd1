/** Headers that keep browsers from running, embedding or keeping what they should not. */
import type { Context, MiddlewareHandler } from 'hono';
import { isSecure } from './peer.ts';
import type { AccessRules } from './rules.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const A_YEAR_S = 31_536_000;

/** Adds the headers to every answer, and `no-store` to those whose route says nothing of caching. */
export function securityHeaders(rules: AccessRules): MiddlewareHandler {
  return async (c, next) => {
    await next();
    addHeaders(c, rules);
  };
}

function addHeaders(c: Context, rules: AccessRules): void {
  for (const [name, value] of Object.entries(ALWAYS)) c.res.headers.set(name, value);
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  if (isSecure(c, rules)) c.res.headers.set('strict-transport-security', `max-age=${A_YEAR_S}`);
}
