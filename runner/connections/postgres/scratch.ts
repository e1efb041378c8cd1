import type { Pool, PoolClient } from 'pg';

/** Runs `work` in a transaction that is always rolled back, so that nothing of what it made outlives it. */
export async function inScratch<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const noteLoss = (error: Error) => {
    lost = error;
  };
  client.on('error', noteLoss);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('rollback');
    return result;
  } catch (error) {
    lost ??= error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', noteLoss);
    // After an error the session is closed, which ends whatever still runs in it.
    client.release(lost);
  }
}
