/** The cookie of a session. Behind TLS its name begins with `__Host-`: browsers take it from this very host over TLS only. */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { isSecure } from '../peer.ts';
import type { AccessRules } from '../rules.ts';

const NAME = 'stockflow';

/** Returns the secret of the session that the request belongs to, or null. */
export function sessionCookie(c: Context, rules: AccessRules): string | null {
  return (isSecure(c, rules) ? getCookie(c, NAME, 'host') : getCookie(c, NAME)) ?? null;
}

export function setSessionCookie(c: Context, rules: AccessRules, secret: string): void {
  write(c, rules, secret);
}

export function dropSessionCookie(c: Context, rules: AccessRules): void {
  write(c, rules, '', 0);
}

/** Without an age it lasts until the browser is closed, or the session ends. */
function write(c: Context, rules: AccessRules, value: string, maxAge?: number): void {
  const options = {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    ...(maxAge === undefined ? {} : { maxAge }),
  } as const;
  if (isSecure(c, rules)) setCookie(c, NAME, value, { ...options, secure: true, prefix: 'host' });
  else setCookie(c, NAME, value, options);
}
