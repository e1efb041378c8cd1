/** Sessions of people who logged in with their password. */
import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Queryable } from '../../store/queryable.ts';
import { deleteExpiredSessions, findSession, insertSession, touchSession } from '../../store/web/session.ts';
import type { User, Users } from './users/file.ts';
import { fingerprintOf } from './users/password.ts';

/** A session ends when it was not used for so long, */
export const SESSION_IDLE_HOURS = 12;
/** and in any case when it is so old. */
export const SESSION_LIFE_HOURS = 7 * 24;
/** The time of the last use is written when it is older than this. */
export const TOUCH_SECONDS = 60;

/** Opens a session. @returns the value of its cookie, which is kept nowhere else */
export async function openSession(
  db: Queryable,
  { name, passwordHash }: { readonly name: string; readonly passwordHash: string },
  now: Temporal.Instant,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await deleteExpiredSessions(db, now);
  await insertSession(db, {
    sessionSha256: sha256(secret),
    person: name,
    passwordFingerprint: fingerprintOf(passwordHash),
    at: now,
    expiresAt: now.add({ hours: SESSION_LIFE_HOURS }),
  });
  return secret;
}

/** Returns the person whose session it is, while they stand in the users file with the password that they logged in with. */
export async function personOfSession(
  pool: Pool,
  { secret, users, now }: { readonly secret: string; readonly users: Users; readonly now: Temporal.Instant },
): Promise<User | null> {
  const usedSince = now.subtract({ hours: SESSION_IDLE_HOURS });
  const session = await findSession(pool, sha256(secret), { now, usedSince });
  const user = session === null ? undefined : users.get(session.person);
  if (session === null || user === undefined || user.passwordHash === null) return null;
  if (fingerprintOf(user.passwordHash) !== session.passwordFingerprint) return null;
  if (now.since(session.lastUsedAt).total('seconds') > TOUCH_SECONDS)
    await touchSession(pool, sha256(secret), now);
  return user;
}

/** Returns the hash under which a secret is kept: it has 256 random bits, so that nobody can try them out. */
export function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
