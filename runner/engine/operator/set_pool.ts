import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { recordEvents } from '../../store/event/event.ts';
import { DEFAULT_POOL, setPoolSlots } from '../../store/worker/pool.ts';
import { OperatorError, type OperatorRequest } from './operator.ts';

export interface PoolSize extends OperatorRequest {
  readonly name: string;
  /** Over all workers; 0 holds the pool's tasks back, and what runs goes on. */
  readonly slots: number;
}

/**
 * Sets the slots of a pool, in one transaction and one event.
 * @returns the previous slots, null for a new pool
 * @throws OperatorError for the default pool, which has no bound
 */
export async function setPool(pool: Pool, { name, slots, by, reason }: PoolSize): Promise<number | null> {
  if (name === DEFAULT_POOL)
    throw new OperatorError('refused', `the pool ${DEFAULT_POOL} has no bound but the workers' own`);
  return await withTransaction(pool, async (tx) => {
    const before = await setPoolSlots(tx, name, slots);
    await recordEvents(tx, by, [
      {
        action: 'pool.set',
        ...(reason === null ? {} : { reason }),
        before: { pool: name, slots: before },
        after: { pool: name, slots },
      },
    ]);
    return before;
  });
}
