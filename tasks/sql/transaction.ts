import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../runner/task.ts';

export const ISOLATION_LEVELS = ['read committed', 'repeatable read', 'serializable'] as const;

export interface StatementTransaction {
  readonly isolation: (typeof ISOLATION_LEVELS)[number];
  readonly isReadOnly: boolean;
  /** Cancels the running statement, also on the server. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` in one transaction; it is repeated after a deadlock or a serialization failure.
 * @throws what `work` threw, rolled back; the signal's reason once it is aborted
 */
export async function inStatementTransaction<T>(
  pool: Pool,
  { isolation, isReadOnly, signal }: StatementTransaction,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  return await withTransaction(
    pool,
    async (client) => {
      if (isReadOnly) await client.query('set transaction read only');
      await using _ = await cancelledBy(signal, pool, client);
      const result = await work(client).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
      signal.throwIfAborted();
      return result;
    },
    { isolation },
  );
}

/** Cancels the session's statement when the signal aborts, until it is disposed of. */
async function cancelledBy(signal: AbortSignal, pool: Pool, client: PoolClient): Promise<AsyncDisposable> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  let cancelling: Promise<unknown> = Promise.resolve();
  const onAbort = () => {
    // Whether or not it arrives, the attempt ends with the signal's reason.
    cancelling = pool.query('select pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', onAbort);
      // A late cancel must not hit the session's next statement.
      await cancelling;
    },
  };
}
