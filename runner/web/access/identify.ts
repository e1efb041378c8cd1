/** Finds out who sent a request, by the rules of this server. */

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Pool } from 'pg';
import type { Viewer } from '../page.ts';
import { sessionCookie } from './login/cookie.ts';
import { peerOf } from './peer.ts';
import type { Role } from './role.ts';
import type { AccessRules } from './rules.ts';
import { personOfSession } from './session.ts';
import { personOfToken, tokenIn } from './token.ts';
import type { Users } from './users/file.ts';

export interface AccessParts {
  readonly rules: AccessRules;
  readonly pool: Pool;
  readonly now: () => Temporal.Instant;
}

/** Returns the person, with the role that they have now; null where nobody is named, or the named one may not enter. */
export async function identify(c: Context, { rules, pool, now }: AccessParts): Promise<Viewer | null> {
  const token = tokenIn(c.req.header('authorization'));
  const users = (await rules.usersFile?.users()) ?? null;
  if (token !== null) {
    const name = await personOfToken(pool, token, now());
    return name === null ? null : known(name, roleOf(name, rules, users));
  }
  if (rules.localPerson !== null) return { name: rules.localPerson, role: 'admin', hasSession: false };
  const named = proxyName(c, rules);
  if (named !== null) return known(named, roleOf(named, rules, users));
  const secret = sessionCookie(c, rules);
  if (secret === null || users === null) return null;
  const user = await personOfSession(pool, { secret, users, now: now() });
  return user === null ? null : { name: user.name, role: user.role, hasSession: true };
}

function known(name: string, role: Role | null): Viewer | null {
  return role === null ? null : { name, role, hasSession: false };
}

/** Returns the role of a person who is known by name; null where they may not enter. */
function roleOf(name: string, rules: AccessRules, users: Users | null): Role | null {
  if (rules.localPerson !== null) return 'admin';
  return users?.get(name)?.role ?? (rules.proxyHeader === null ? null : rules.proxyRole);
}

/** Returns the name that the login proxy gives; null where the request comes from elsewhere, or no one name is given. */
function proxyName(
  c: Context<{ Bindings: HttpBindings }>,
  { proxyHeader, proxies }: AccessRules,
): string | null {
  if (proxyHeader === null || !proxies.has(peerOf(c))) return null;
  // A proxy that adds its header to one of the client's gives two values, or one with a comma.
  const values = c.env.incoming.headersDistinct[proxyHeader] ?? [];
  const [name = ''] = values;
  return values.length === 1 && /^[^\p{C},]{1,200}$/u.test(name.trim()) ? name.trim() : null;
}
