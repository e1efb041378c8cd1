/** Decides whether a pool has free slots for one more instance, by the rule with which workers claim. */
import type { SlotHolder } from '../explain/blocker.ts';

export interface PoolFacts {
  readonly slots: number;
  readonly holders: readonly SlotHolder[];
}

export function usedSlots({ holders }: PoolFacts): number {
  return holders.reduce((sum, { slots }) => sum + slots, 0);
}

/**
 * Returns true if the instance may start. A task that needs more slots than the pool has may run when it has the pool
 * to itself.
 */
export function hasRoom(pool: PoolFacts, wantedSlots: number): boolean {
  const used = usedSlots(pool);
  if (pool.slots === 0) return false;
  return used === 0 || used + wantedSlots <= pool.slots;
}
