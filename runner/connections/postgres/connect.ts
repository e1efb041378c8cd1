/** Connects to the runner's database: the one that DATABASE_URL names, or the embedded one. */
import { resolve } from 'node:path';
import type { Pool } from 'pg';
import { type EmbeddedPostgres, ensureEmbeddedPostgres, type ServerLog } from './embedded/server.ts';
import { DatabaseUnreachable, SessionNotKept } from './errors.ts';
import { createPool, type PoolOptions } from './pool.ts';
import type { PoolMode } from './pooler.ts';
import { readServer } from './server.ts';

export { EmbeddedPostgresError } from './embedded/error.ts';
export { ConnectionLost, DatabaseUnreachable, SessionNotKept } from './errors.ts';
export { createPool, type PoolOptions } from './pool.ts';
export type { PoolMode } from './pooler.ts';
export { scratchOn } from './scratch.ts';
export { CommitOutcomeUnknown, withTransaction } from './transaction.ts';
export { isDatabaseUnavailable } from './unavailable.ts';

export interface Database extends AsyncDisposable {
  /** The URL with its password, if it has one: for a thread or a child process, never for a log. */
  readonly url: string;
  /** Whether this call started the embedded server; null for the database of DATABASE_URL. */
  readonly embedded: { readonly startedHere: boolean } | null;
  readonly poolMode: Extract<PoolMode, 'direct' | 'session'>;
  /** Returns a pool that is closed with this database. */
  createPool(options: PoolOptions): Pool;
}

const OLDEST_SERVER = 150_000;

/**
 * Opens the runner's database and checks that it can be used. Disposing closes its pools, and stops the embedded server
 * if nobody else uses it.
 * @throws DatabaseUnreachable, also for a standby and for a Postgres before 15; SessionNotKept; EmbeddedPostgresError
 */
export async function connectDatabase(
  env: Readonly<Record<string, string | undefined>>,
  log?: ServerLog,
): Promise<Database> {
  const given = env.DATABASE_URL || null;
  const home = resolve(env.STOCKFLOW_HOME || '.stockflow');
  const embedded =
    given === null ? await ensureEmbeddedPostgres({ homeDir: home, ...(log && { log }) }) : null;
  const url = given ?? embedded?.url ?? '';
  try {
    const poolMode = await refuseUnfit(url);
    return databaseOn(url, { embedded, poolMode });
  } catch (error) {
    await embedded?.[Symbol.asyncDispose]();
    throw error;
  }
}

function databaseOn(
  url: string,
  {
    embedded,
    poolMode,
  }: { readonly embedded: EmbeddedPostgres | null; readonly poolMode: Database['poolMode'] },
): Database {
  const pools: Pool[] = [];
  return {
    url,
    embedded: embedded && { startedHere: embedded.startedHere },
    poolMode,
    createPool(options) {
      const pool = createPool(url, options);
      pools.push(pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      try {
        await Promise.all(pools.map((pool) => pool.ending || pool.end()));
      } finally {
        await embedded?.[Symbol.asyncDispose]();
      }
    },
  };
}

/** Refuses a database that cannot be used. @returns how the connection is pooled */
async function refuseUnfit(url: string): Promise<Database['poolMode']> {
  const { address, versionNumber, isStandby, poolMode } = await readServer(url, 'stockflow');
  const unfit = (reason: string) => new DatabaseUnreachable(address, new Error(reason));
  if (isStandby) throw unfit('it is a read-only standby; name its primary');
  if (versionNumber < OLDEST_SERVER) throw unfit('it is older than Postgres 15');
  if (poolMode === 'transaction' || poolMode === 'statement') throw new SessionNotKept(address);
  return poolMode;
}
