/** API tokens: a program that sends one acts for its person. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import { findToken, insertToken, revokeToken, touchToken } from '../../store/web/token.ts';
import { sha256, TOUCH_SECONDS } from './session.ts';

/** The beginning of every token, so that searches for leaked secrets find it. */
const PREFIX = 'sf_';

export interface TokenRequest {
  readonly person: string;
  readonly name: string | null;
  readonly expiresAt: Temporal.Instant | null;
  readonly now: Temporal.Instant;
}

/** Makes a token. Its text is returned here and kept nowhere. */
export async function createToken(
  pool: Pool,
  by: Actor,
  { person, name, expiresAt, now }: TokenRequest,
): Promise<{ readonly tokenId: number; readonly token: string }> {
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return await withTransaction(pool, async (tx) => {
    const tokenId = await insertToken(tx, { tokenSha256: sha256(token), person, name, at: now, expiresAt });
    const after = { token: tokenId, person, name, expires_at: expiresAt?.toString() ?? null };
    await recordEvents(tx, by, [{ action: 'web.token_created', after }]);
    return { tokenId, token };
  });
}

/** @returns the person whose token it was; null where there is no such token, or it is revoked already */
export async function endToken(
  pool: Pool,
  by: Actor,
  { tokenId, now }: { readonly tokenId: number; readonly now: Temporal.Instant },
): Promise<string | null> {
  return await withTransaction(pool, async (tx) => {
    const revoked = await revokeToken(tx, tokenId, now);
    if (revoked === null) return null;
    const { person, name } = revoked;
    await recordEvents(tx, by, [{ action: 'web.token_revoked', before: { token: tokenId, person, name } }]);
    return person;
  });
}

/** Returns the token of an `Authorization` header; null where it holds none of ours, such as that of a login proxy. */
export function tokenIn(authorization: string | undefined): string | null {
  return /^Bearer +(sf_[A-Za-z0-9_-]+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Returns the name of the person for whom a token acts; null for one that is unknown, revoked or expired. */
export async function personOfToken(
  pool: Pool,
  token: string,
  now: Temporal.Instant,
): Promise<string | null> {
  const found = await findToken(pool, sha256(token), now);
  if (found === null) return null;
  const { tokenId, person, lastUsedAt } = found;
  if (lastUsedAt === null || now.since(lastUsedAt).total('seconds') > TOUCH_SECONDS)
    await touchToken(pool, tokenId, now);
  return person;
}
