/** Whether a pool has room for one more instance: the rule by which workers claim. */
import type { SlotHolder } from '../explain/blocker.ts';

export interface PoolFacts {
  readonly slots: number;
  readonly holders: readonly SlotHolder[];
}

export function usedSlots({ holders }: PoolFacts): number {
  return holders.reduce((sum, { slots }) => sum + slots, 0);
}

/** A task that wants more than the pool has may run when it has the pool to itself. */
export function hasRoom(pool: PoolFacts, wantedSlots: number): boolean {
  const used = usedSlots(pool);
  if (pool.slots === 0) return false;
  return used === 0 || used + wantedSlots <= pool.slots;
}
