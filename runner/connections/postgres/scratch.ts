import type { Pool, PoolClient } from 'pg';

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

/** Runs `work` in such a transaction. */
export async function inScratch<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  await using scratch = await openScratch(pool);
  const result = await work(scratch.client);
  await scratch.rollback();
  return result;
}
