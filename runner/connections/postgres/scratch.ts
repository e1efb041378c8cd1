import type { Pool, PoolClient } from 'pg';
import { createPool } from './pool.ts';

/** A transaction that is always rolled back, so that nothing of what is made in it outlives it. */
export interface Scratch extends AsyncDisposable {
  readonly client: PoolClient;
  /** Ends the transaction well; without it the session is closed, which ends whatever still runs in it. */
  rollback(): Promise<void>;
}

export async function openScratch(pool: Pool): Promise<Scratch> {
  const client = await pool.connect();
  let isOver = false;
  // The statement that runs reports a lost session; the event itself must not end the process.
  const noteLoss = () => {};
  client.on('error', noteLoss);
  const scratch: Scratch = {
    client,
    async rollback() {
      await client.query('rollback');
      isOver = true;
    },
    async [Symbol.asyncDispose]() {
      client.off('error', noteLoss);
      client.release(!isOver);
    },
  };
  try {
    await client.query('begin');
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Runs `work` in such a transaction of a session of its own: it may stream, and take as long as its source of data does, which the
 * runner's own sessions may not.
 */
export async function scratchOn<T>(
  databaseUrl: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const pool = createPool(databaseUrl, { applicationName: 'stockflow scratch', max: 1 });
  try {
    return await inScratch(pool, work);
  } finally {
    await pool.end();
  }
}

/** Runs `work` in such a transaction. */
export async function inScratch<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  await using scratch = await openScratch(pool);
  const result = await work(scratch.client);
  await scratch.rollback();
  return result;
}
