/**
 * Detects a pooler between this process and Postgres, and whether it gives the server connection of a session to others
 * between two transactions (PgBouncer's modes `transaction` and `statement`).
 */

import type { PostgresClient } from './client.ts';
import { DatabaseUnreachable, errorCode } from './errors.ts';
import { isDatabaseUnavailable } from './unavailable.ts';

/** The pool mode as PgBouncer names it; `direct` if there is no pooler. */
export type PoolMode = 'direct' | 'session' | 'transaction' | 'statement';

/** The server process that answered one of two sessions, both still open. */
export interface ServerAnswer {
  readonly session: 'first' | 'second';
  readonly serverPid: number;
}

/** Returns true if the answers are impossible for two sessions that each keep a server connection of their own. */
export function isShared(answers: readonly ServerAnswer[]): boolean {
  const countOf = (values: readonly (string | number)[]) => new Set(values).size;
  const sessions = countOf(answers.map(({ session }) => session));
  const servers = countOf(answers.map(({ serverPid }) => serverPid));
  const pairs = countOf(answers.map(({ session, serverPid }) => `${session} ${serverPid}`));
  return servers !== sessions || pairs !== sessions;
}

/**
 * The number of rounds: while others use the pooler, two sessions can by chance be answered as if each had its own
 * server connection.
 */
const ROUNDS = 3;
/** The time in ms that a session waits for an answer; PgBouncer itself lets it wait two minutes for a server. */
export const POOLER_TIMEOUT_MS = 10_000;
/** The SQLSTATE of PgBouncer's answer to BEGIN in the mode `statement`; it then ends the session. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Returns how the connection of `first` is pooled. A second session is opened only if the process that answers is not
 * the one announced at connection.
 * @param first a connected client, in no transaction
 * @param serverPid its current `pg_backend_pid()`
 * @param openSecond makes a client of the same URL, not yet connected, with POOLER_TIMEOUT_MS for its answers
 * @throws DatabaseUnreachable, also if the pooler has no second session to give
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
    // From here on the second session holds a server connection, so the first one cannot get the same.
    if (await refusesTransactions(second)) return 'statement';
    if (isFound || (await isSharedAfter('second')) || (await isSharedAfter('first'))) return 'transaction';
    await second.query('rollback');
  }
  return 'session';
}

/** Begins a transaction. Returns true if it is refused, as in the mode `statement`. */
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
