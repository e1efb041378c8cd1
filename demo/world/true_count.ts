import type { StockEvent } from './event.ts';
import { keyText } from './stock_key.ts';

/**
 * Returns the stock on the shelf at `atMs` by key: everything that moved by then, whichever system knows of it.
 * Retail Pro owns the counts, so a count below zero (a sale entered before its receipt) stays as it is.
 */
export function trueCounts(events: readonly StockEvent[], atMs: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const move = (key: string, units: number) => counts.set(key, (counts.get(key) ?? 0) + units);
  for (const event of events) {
    if (event.kind === 'reserved' || event.atMs > atMs) continue;
    if (event.kind === 'moved') move(keyText(event), event.units);
    else {
      move(keyText(event), -event.units);
      if (event.cancelled !== null && event.cancelled.atMs <= atMs)
        move(keyText(event), event.cancelled.units);
    }
  }
  return counts;
}
