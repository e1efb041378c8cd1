/** Tokens with which programs act for a person, found by their sha256. */
import type { Queryable } from '../queryable.ts';

export interface NewToken {
  readonly tokenSha256: Buffer;
  readonly person: string;
  readonly name: string | null;
  readonly at: Temporal.Instant;
  /** Null for a token that does not expire. */
  readonly expiresAt: Temporal.Instant | null;
}

/** @returns its id */
export async function insertToken(db: Queryable, token: NewToken): Promise<number> {
  const { rows } = await db.query<{ tokenId: number }>(
    `insert into stockflow.web_token (token_sha256, person, name, created_at, expires_at)
     values ($1, $2, $3, $4, $5)
     returning web_token_id as "tokenId"`,
    [token.tokenSha256, token.person, token.name, token.at, token.expiresAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the new token has no id');
  return row.tokenId;
}

export interface UsableToken {
  readonly tokenId: number;
  readonly person: string;
  readonly lastUsedAt: Temporal.Instant | null;
}

/** Returns a token that is neither revoked nor expired; else null. */
export async function findToken(
  db: Queryable,
  tokenSha256: Buffer,
  now: Temporal.Instant,
): Promise<UsableToken | null> {
  const { rows } = await db.query<UsableToken>({
    name: 'stockflow.find_web_token',
    text: `select web_token_id as "tokenId", person, last_used_at as "lastUsedAt"
             from stockflow.web_token
            where token_sha256 = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
    values: [tokenSha256, now],
  });
  return rows[0] ?? null;
}

export async function touchToken(db: Queryable, tokenId: number, now: Temporal.Instant): Promise<void> {
  await db.query(
    `update stockflow.web_token set last_used_at = $2
      where web_token_id = $1 and (last_used_at is null or last_used_at < $2)`,
    [tokenId, now],
  );
}

export interface ListedToken {
  readonly tokenId: number;
  readonly person: string;
  readonly name: string | null;
  readonly createdAt: Temporal.Instant;
  readonly lastUsedAt: Temporal.Instant | null;
  readonly expiresAt: Temporal.Instant | null;
  readonly revokedAt: Temporal.Instant | null;
}

/** Returns every token, also those that are over, newest first. */
export async function listTokens(db: Queryable): Promise<readonly ListedToken[]> {
  const { rows } = await db.query<ListedToken>(
    `select web_token_id as "tokenId", person, name, created_at as "createdAt", last_used_at as "lastUsedAt",
            expires_at as "expiresAt", revoked_at as "revokedAt"
       from stockflow.web_token
      order by web_token_id desc`,
  );
  return rows;
}

/** @returns the token that was revoked; null where there is none, or it is revoked already */
export async function revokeToken(
  db: Queryable,
  tokenId: number,
  now: Temporal.Instant,
): Promise<{ readonly person: string; readonly name: string | null } | null> {
  const { rows } = await db.query<{ person: string; name: string | null }>(
    `update stockflow.web_token set revoked_at = $2
      where web_token_id = $1 and revoked_at is null
      returning person, name`,
    [tokenId, now],
  );
  return rows[0] ?? null;
}
