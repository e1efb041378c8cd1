/** Sessions of the page, found by the sha256 of the cookie's value. */
import type { Queryable } from '../queryable.ts';

export interface NewSession {
  readonly sessionSha256: Buffer;
  readonly person: string;
  readonly passwordFingerprint: string;
  readonly at: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
}

export async function insertSession(db: Queryable, session: NewSession): Promise<void> {
  await db.query(
    `insert into stockflow.web_session
            (session_sha256, person, password_fingerprint, created_at, last_used_at, expires_at)
     values ($1, $2, $3, $4, $4, $5)`,
    [session.sessionSha256, session.person, session.passwordFingerprint, session.at, session.expiresAt],
  );
}

export interface OpenSession {
  readonly person: string;
  readonly passwordFingerprint: string;
  readonly lastUsedAt: Temporal.Instant;
}

/** Returns a session that is neither revoked nor expired, and was used since `usedSince`; else null. */
export async function findSession(
  db: Queryable,
  sessionSha256: Buffer,
  { now, usedSince }: { readonly now: Temporal.Instant; readonly usedSince: Temporal.Instant },
): Promise<OpenSession | null> {
  const { rows } = await db.query<OpenSession>({
    name: 'stockflow.find_web_session',
    text: `select person, password_fingerprint as "passwordFingerprint", last_used_at as "lastUsedAt"
             from stockflow.web_session
            where session_sha256 = $1 and revoked_at is null and expires_at > $2 and last_used_at > $3`,
    values: [sessionSha256, now, usedSince],
  });
  return rows[0] ?? null;
}

export async function touchSession(
  db: Queryable,
  sessionSha256: Buffer,
  now: Temporal.Instant,
): Promise<void> {
  await db.query(
    `update stockflow.web_session set last_used_at = $2
      where session_sha256 = $1 and revoked_at is null and last_used_at < $2`,
    [sessionSha256, now],
  );
}

/** @returns the person whose session it was; null where there is no open one */
export async function revokeSession(
  db: Queryable,
  sessionSha256: Buffer,
  now: Temporal.Instant,
): Promise<string | null> {
  const { rows } = await db.query<{ person: string }>(
    `update stockflow.web_session set revoked_at = $2
      where session_sha256 = $1 and revoked_at is null
      returning person`,
    [sessionSha256, now],
  );
  return rows[0]?.person ?? null;
}

export async function deleteExpiredSessions(db: Queryable, now: Temporal.Instant): Promise<void> {
  await db.query('delete from stockflow.web_session where expires_at < $1', [now]);
}
