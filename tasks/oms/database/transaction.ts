import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { readSql } from './sql.ts';

const BEGIN = {
  'read committed': readSql(import.meta.url, './begin_read_committed.sql'),
  'repeatable read': readSql(import.meta.url, './begin_repeatable_read.sql'),
};
const ONE_AT_A_TIME = readSql(import.meta.url, './lock_sync.sql');

/**
 * SQLSTATEs of a serialization failure, a deadlock, and a row that another session inserted meanwhile: the same work
 * succeeds when repeated.
 */
const COLLISIONS: ReadonlySet<string> = new Set(['40001', '40P01', '23505']);
const TRIES_MAX = 5;
const FIRST_PAUSE_MS = 50;

export interface TransactionOptions {
  readonly isolation: keyof typeof BEGIN;
  /** Cancels the running statement, also on the server. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` in one transaction of the OMS and commits. After a deadlock, a serialization failure or a lost
 * connection it runs `work` again from its start. After a loss during the commit it is unknown whether the work was
 * applied, so `work` must begin by looking for its own earlier result.
 * @throws what `work` threw, or the signal's reason; nothing is changed then
 */
export async function inTransaction<T>(
  pool: Pool,
  options: TransactionOptions,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    options.signal.throwIfAborted();
    const outcome = await tryOnce(pool, options, work);
    if ('value' in outcome) return outcome.value;
    if (options.signal.aborted) throw options.signal.reason;
    if (!outcome.again || tries === TRIES_MAX) throw outcome.error;
    await wait(FIRST_PAUSE_MS * 2 ** tries, undefined, { signal: options.signal });
  }
}

/**
 * Waits until no other freeze, reset or variance is running. As a transaction's first statement it takes no snapshot,
 * so that even a repeatable read sees what the previous one committed.
 */
export async function lockSync(client: PoolClient): Promise<void> {
  await client.query(ONE_AT_A_TIME);
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown; readonly again: boolean };

async function tryOnce<T>(
  pool: Pool,
  { isolation, signal }: TransactionOptions,
  work: (client: PoolClient) => Promise<T>,
): Promise<Outcome<T>> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const noteLoss = (error: Error) => {
    lost = error;
  };
  client.on('error', noteLoss);
  let cancelling: Promise<unknown> | undefined;
  const cancel = (pid: number) => () => {
    // Best effort: whether or not it reaches the statement, the caller gets the signal's reason.
    cancelling = pool.query('select pg_cancel_backend($1)', [pid]).catch(noteLoss);
  };
  let stopListening = () => {};
  try {
    const onAbort = cancel(await backendPid(client));
    signal.addEventListener('abort', onAbort, { once: true });
    stopListening = () => signal.removeEventListener('abort', onAbort);
    await client.query(BEGIN[isolation]);
    const value = await work(client);
    signal.throwIfAborted();
    await client.query('commit');
    return { value };
  } catch (error) {
    if (lost === undefined) await client.query('rollback').catch(noteLoss);
    return { error, again: lost !== undefined || COLLISIONS.has(sqlState(error)) };
  } finally {
    stopListening();
    // A late cancel must not hit the session's next user.
    await cancelling;
    client.off('error', noteLoss);
    client.release(lost ?? cancelling !== undefined);
  }
}

async function backendPid(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
