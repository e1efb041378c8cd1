/**
 * Finds a pooler between this process and Postgres, and whether it gives the server of a session to others between two
 * transactions (PgBouncer's modes `transaction` and `statement`).
 */

import type { PostgresClient } from './client.ts';
import { DatabaseUnreachable, errorCode } from './errors.ts';
import { isDatabaseUnavailable } from './unavailable.ts';

/** In PgBouncer's words; `direct` where nothing stands in between. */
export type PoolMode = 'direct' | 'session' | 'transaction' | 'statement';

/** The server's process that answered one of two sessions; both stay open. */
export interface ServerAnswer {
  readonly session: 'first' | 'second';
  readonly serverPid: number;
}

/** Whether two sessions that each keep a server of their own cannot have seen this. */
export function isShared(answers: readonly ServerAnswer[]): boolean {
  const countOf = (values: readonly (string | number)[]) => new Set(values).size;
  const sessions = countOf(answers.map(({ session }) => session));
  const servers = countOf(answers.map(({ serverPid }) => serverPid));
  const pairs = countOf(answers.map(({ session, serverPid }) => `${session} ${serverPid}`));
  return servers !== sessions || pairs !== sessions;
}

/** While others use the pooler, two sessions can by chance be answered as if each had its own server. */
const ROUNDS = 3;
/** PgBouncer lets a session wait two minutes for a server. */
export const POOLER_TIMEOUT_MS = 10_000;
/** PgBouncer's answer to BEGIN in the mode `statement`; it then ends the session. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * How the connection of `first` is pooled. A second session is opened only where the server's process that answers is not the
 * one that the connection was said to have.
 *
 * @param first connected, in no transaction
 * @param serverPid the `pg_backend_pid()` that it has just given
 * @param openSecond a session by the same URL, to be connected, with POOLER_TIMEOUT_MS for its answers
 * @throws DatabaseUnreachable, also where the pooler has no second session to give
 */
export async function poolModeOf(
  first: PostgresClient,
  serverPid: number,
  openSecond: () => PostgresClient,
): Promise<PoolMode> {
  if (first.processID === serverPid) return 'direct';
  const second = openSecond();
  await second.connect();
  try {
    return await compare(first, second, [{ session: 'first', serverPid }]);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const reason = `the pooler in between gave no second session (${why}); its default_pool_size must leave room for a worker's`;
    throw new DatabaseUnreachable(second.address, new Error(reason, { cause: error }));
  } finally {
    await second.end();
  }
}

async function compare(
  first: PostgresClient,
  second: PostgresClient,
  answers: ServerAnswer[],
): Promise<PoolMode> {
  const clients = { first, second };
  const isSharedAfter = async (session: ServerAnswer['session']) => {
    answers.push({ session, serverPid: await serverPidOf(clients[session]) });
    return isShared(answers);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const isFound = (await isSharedAfter('second')) || (await isSharedAfter('first'));
    // From here on the second session holds a server, so the first one cannot be given that.
    if (await refusesTransactions(second)) return 'statement';
    if (isFound || (await isSharedAfter('second')) || (await isSharedAfter('first'))) return 'transaction';
    await second.query('rollback');
  }
  return 'session';
}

/** Begins a transaction, unless the mode is `statement`. */
async function refusesTransactions(client: PostgresClient): Promise<boolean> {
  try {
    await client.query('begin');
    return false;
  } catch (error) {
    if (errorCode(error) === PROTOCOL_VIOLATION) return true;
    throw error;
  }
}

async function serverPidOf(client: PostgresClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
