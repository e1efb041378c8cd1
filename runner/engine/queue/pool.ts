/**
 * The database sessions of the queue. graphile-worker does not await the query that ends a job, so its failure would
 * end the process, and it caches a failure of its first query forever. Both are caused by an outage, which is waited
 * out here: a session is given when there is one, and a query whose session was lost fails with a code on which
 * graphile-worker retries.
 */
import type { Pool, PoolClient } from 'pg';
import { createPool, isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import type { Log } from '../../log.ts';
import { retryWhileDatabaseUnavailable } from '../retry_unavailable.ts';

/**
 * The statement timeout of the queue. Its statements take milliseconds, so one without an answer was sent into a dead
 * connection.
 */
const STATEMENT_TIMEOUT_MS = 10_000;

/** The session of a query was lost. Every query of the queue may be repeated, as each names the rows it changes. */
class TryAgain extends Error {
  override name = 'TryAgain';
  /** The error code on which graphile-worker retries soonest. */
  readonly code = '40001';
}

type ConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (broken?: boolean | Error) => void,
) => void;

export function createQueuePool(
  databaseUrl: string,
  options: { readonly max: number; readonly log: Log },
): Pool {
  const { max, log } = options;
  const openPool = (sessions: number) =>
    createPool(databaseUrl, {
      applicationName: 'stockflow queue',
      max: sessions,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      onIdleError: (error) => log.debug('an idle session broke', { error: error.message }),
    });
  const pool = openPool(max);
  pool.on('connect', askForAnotherTry);
  const connectPooled: () => Promise<PoolClient> = pool.connect.bind(pool);
  const endOnce: () => Promise<void> = pool.end.bind(pool);
  const pending = new Set<Promise<unknown>>();
  const connectOnce = () => (pool.ending ? connectAlone(openPool(1)) : connectPooled());
  Object.defineProperty(pool, 'connect', {
    value: (callback?: ConnectCallback) => {
      const connected = retryWhileDatabaseUnavailable(log, connectOnce);
      pending.add(connected);
      const answered = () => pending.delete(connected);
      connected.then(answered, answered);
      if (callback === undefined) return connected;
      connected.then(
        (client) => callback(undefined, client, client.release.bind(client)),
        (error: Error) => callback(error, undefined, () => {}),
      );
      return undefined;
    },
  });
  // The query that ends the last job is not awaited: a session that was asked for is given before the pool ends, and one that
  // is asked for later, as by a retry, is opened for that query alone.
  Object.defineProperty(pool, 'end', {
    value: async () => {
      while (pending.size > 0) await Promise.allSettled(pending);
      await endOnce();
    },
  });
  return pool;
}

/** Returns the session of a pool that ends when the session is released. */
async function connectAlone(pool: Pool): Promise<PoolClient> {
  const client = await pool.connect().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  askForAnotherTry(client);
  const release: PoolClient['release'] = client.release.bind(client);
  Object.defineProperty(client, 'release', {
    value: (broken?: boolean | Error) => {
      release(broken);
      void pool.end();
    },
  });
  return client;
}

function askForAnotherTry(client: PoolClient): void {
  const query = client.query;
  Object.defineProperty(client, 'query', {
    configurable: true,
    value: (...args: unknown[]) => {
      const sent: unknown = Reflect.apply(query, client, args);
      return sent instanceof Promise ? sent.catch(rethrow) : sent;
    },
  });
}

function rethrow(error: unknown): never {
  if (!isDatabaseUnavailable(error)) throw error;
  throw new TryAgain(error instanceof Error ? error.message : String(error), { cause: error });
}
