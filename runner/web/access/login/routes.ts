/** Logging in and out. */
import type { Context, Hono } from 'hono';
import { withTransaction } from '../../../connections/postgres/connect.ts';
import type { Log } from '../../../log.ts';
import { recordEvents } from '../../../store/event/event.ts';
import { revokeSession } from '../../../store/web/session.ts';
import type { WebEnv } from '../../env.ts';
import type { AssetUrls } from '../../html/layout.ts';
import { type AccessParts, identify } from '../identify.ts';
import { clientOf } from '../peer.ts';
import { actorOf } from '../role.ts';
import { openSession, sha256 } from '../session.ts';
import type { Users } from '../users/file.ts';
import { type AttemptResult, LoginAttempts } from './attempts.ts';
import { dropSessionCookie, sessionCookie, setSessionCookie } from './cookie.ts';
import { AttemptLimiter } from './limiter.ts';
import { nextPath } from './next_path.ts';
import { loginPage } from './page.ts';

export interface LoginParts extends AccessParts {
  readonly log: Log;
  readonly assets: AssetUrls;
}

/** Longer ones are nobody's. */
const NAME_MAX_LENGTH = 200;
/** An attack makes one line of the log in this time. */
const LIMITED_LOG = { burst: 1, refillMs: 60_000, maxKeys: 1 };

export function mountLogin(app: Hono<WebEnv>, parts: LoginParts): void {
  const attempts = new LoginAttempts();
  const limitedLog = new AttemptLimiter(LIMITED_LOG);

  app.get('/login', async (c) => {
    const next = nextPath(c.req.query('next'));
    const hasForm = parts.rules.usersFile !== null;
    if (!hasForm || (await identify(c, parts)) !== null) return c.redirect(next, 303);
    return c.html(loginPage(parts.assets, { next, name: '', problem: null }));
  });

  app.post('/login', async (c) => {
    const users = await parts.rules.usersFile?.users();
    if (users === undefined) return c.redirect('/', 303);
    const form = await c.req.parseBody();
    const name = textIn(form.name).trim().slice(0, NAME_MAX_LENGTH);
    const next = nextPath(textIn(form.next));
    const address = clientOf(c, parts.rules);
    const nowMs = parts.now().epochMilliseconds;
    const result = await attempts.check({ name, password: textIn(form.password), address }, users, nowMs);
    if (result.kind === 'ok') {
      setSessionCookie(c, parts.rules, await enter(result.user, address, parts));
      return c.redirect(next, 303);
    }
    if (result.kind === 'wrong') await recordFailure({ name, address, users }, parts);
    else if (limitedLog.take('', nowMs) === 0) parts.log.warn('log-in attempts are limited', { address });
    return refuseAttempt(c, result, (problem) => loginPage(parts.assets, { next, name, problem }));
  });

  app.post('/logout', async (c) => {
    const secret = sessionCookie(c, parts.rules);
    if (secret !== null) await leave(secret, parts);
    dropSessionCookie(c, parts.rules);
    return c.redirect('/login', 303);
  });
}

async function enter(
  user: { readonly name: string; readonly passwordHash: string },
  address: string,
  { pool, now }: LoginParts,
): Promise<string> {
  return await withTransaction(pool, async (tx) => {
    await recordEvents(tx, actorOf(user), [{ action: 'web.login', after: { address } }]);
    return await openSession(tx, user, now());
  });
}

async function leave(secret: string, { pool, now }: LoginParts): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const person = await revokeSession(tx, sha256(secret), now());
    if (person !== null) await recordEvents(tx, actorOf({ name: person }), [{ action: 'web.logout' }]);
  });
}

/** A name that is nobody's is not recorded: people type their password there. */
async function recordFailure(
  { name, address, users }: { readonly name: string; readonly address: string; readonly users: Users },
  { pool }: LoginParts,
): Promise<void> {
  const by = actorOf({ name: users.has(name) ? name : 'unknown' });
  await recordEvents(pool, by, [{ action: 'web.login_failed', after: { address } }]);
}

function refuseAttempt(
  c: Context,
  result: Exclude<AttemptResult, { readonly kind: 'ok' }>,
  page: (problem: string) => ReturnType<typeof loginPage>,
): Response | Promise<Response> {
  if (result.kind === 'wrong') return c.html(page('This name and password do not belong together.'), 401);
  const seconds = Math.ceil(result.retryAfterMs / 1000);
  c.header('retry-after', String(seconds));
  return c.html(page(`Too many attempts failed. Try again in ${seconds} s.`), 429);
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
