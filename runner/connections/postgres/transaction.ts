import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { errorCode } from './errors.ts';

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface TransactionOptions {
  /** `read committed` by default. */
  readonly isolation?: IsolationLevel;
  /** The number of retries after a serialization failure or a deadlock. 10 by default. */
  readonly retries?: number;
  /** Returns a number in [0, 1) that spreads the retries of conflicting transactions. */
  readonly random?: () => number;
}

/** The work failed, and so did its ROLLBACK; the session was discarded, so nothing was changed. */
export class RollbackFailed extends Error {
  override name = 'RollbackFailed';
  /** The SQLSTATE or errno of the error of the work. */
  readonly code: string | undefined;
  /** The error of the ROLLBACK; that of the work is `cause`. */
  readonly rollbackError: unknown;

  constructor(cause: unknown, rollbackError: unknown) {
    super(`${messageOf(cause)} (and ROLLBACK failed: ${messageOf(rollbackError)})`, { cause });
    this.code = errorCode(cause);
    this.rollbackError = rollbackError;
  }
}

/**
 * The answer to COMMIT was lost, so the work may be committed or not. Check its effect in the database; do not guess.
 */
export class CommitOutcomeUnknown extends Error {
  override name = 'CommitOutcomeUnknown';
}

/** The work ignored a failed statement, and Postgres answered COMMIT with ROLLBACK. Nothing was changed. */
export class TransactionAborted extends Error {
  override name = 'TransactionAborted';
}

const ISOLATION: Readonly<Record<IsolationLevel, string>> = {
  'read committed': 'begin isolation level read committed',
  'repeatable read': 'begin isolation level repeatable read',
  serializable: 'begin isolation level serializable',
};
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const FIRST_DELAY_MS = 10;
const LONGEST_DELAY_MS = 1_000;

/**
 * Runs `work` in a transaction and returns its result once it is committed. After a serialization failure or a deadlock
 * it runs again from the start, so its effects must be in this transaction only.
 * @throws the error of `work`, rolled back; RollbackFailed; CommitOutcomeUnknown; TransactionAborted;
 *   DatabaseUnreachable
 */
export async function withTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { isolation = 'read committed', retries = 10, random = Math.random } = options;
  for (let retry = 0; ; retry += 1) {
    try {
      return await attempt(pool, work, ISOLATION[isolation]);
    } catch (error) {
      const code = errorCode(error);
      if (retry >= retries || (code !== SERIALIZATION_FAILURE && code !== DEADLOCK_DETECTED)) throw error;
    }
    await wait(random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** retry));
  }
}

async function attempt<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, begin: string): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const begun = client.query(begin);
    // A session that pipelines sends BEGIN and the first statements in one round trip.
    if (!client.pipeline) await begun;
    const [result] = await rollbackUnless(client, () => Promise.all([work(client), begun]));
    await commit(client);
    return result;
  } catch (error) {
    if (error instanceof RollbackFailed || error instanceof CommitOutcomeUnknown) broken = error;
    throw error;
  } finally {
    client.release(broken);
  }
}

async function rollbackUnless<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    try {
      await client.query('rollback');
    } catch (rollbackError) {
      throw new RollbackFailed(error, rollbackError);
    }
    throw error;
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    const { command } = await client.query('commit');
    if (command === 'COMMIT') return;
  } catch (cause) {
    if (isRefusal(cause)) throw cause;
    throw new CommitOutcomeUnknown(`the answer to COMMIT was lost: ${messageOf(cause)}`, { cause });
  }
  throw new TransactionAborted('a statement of this transaction failed and was ignored; nothing was changed');
}

/**
 * Returns true if Postgres refused and continues to run: class 08 (connection) and 57 (shutdown, crash) leave the
 * outcome open.
 */
function isRefusal(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
