import { setTimeout as pause } from 'node:timers/promises';

/** Returns true if the work settles within the limit. */
export async function isSettledWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const done = new AbortController();
  const limit = pause(limitMs, false, { signal: done.signal }).catch(() => true);
  return await Promise.race([work.then(() => true), limit]).finally(() => done.abort());
}
