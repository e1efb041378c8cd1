import type { Pool, PoolClient } from 'pg';

/** Runs `work` in one read-only transaction, in which everything is of one instant. */
export async function readOnly<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isOver = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    const result = await work(client);
    await client.query('commit');
    isOver = true;
    return result;
  } finally {
    // Closing the session ends whatever still runs in it.
    client.release(!isOver);
  }
}
