import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `check` gives something; checks every 20 ms and fails, saying what it waited for, after `withinMs`. */
export async function until<T>(what: string, check: () => Promise<T | null>, withinMs = 30_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== null && found !== false) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await pause(20);
  }
}
