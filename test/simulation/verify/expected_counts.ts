/**
 * The expected OMS count of each key: the stock on the shelf when a night last set it, plus what the OMS recorded of
 * later instants; before the first such night, everything it recorded.
 */

import { omsLedger } from '../../../demo/world/oms/ledger.ts';
import { keyText, type StockKey } from '../../../demo/world/stock_key.ts';
import type { Event } from '../plan/event.ts';

export interface Count {
  readonly atSnapshotUnits: number;
  readonly onHandUnits: number;
  readonly availableUnits: number;
}

export class ExpectedCounts {
  readonly #setRight = new Map<string, { readonly atMs: number; readonly shelfUnits: number }>();

  /** Records that a night has set the key to the shelf's count at its snapshot. */
  setRight(key: StockKey, atMs: number, shelfUnits: number): void {
    this.#setRight.set(keyText(key), { atMs, shelfUnits });
  }

  /** Returns the count with the OMS's records of the key's events by `nowMs`; null if it has no item. */
  of(
    key: StockKey,
    own: readonly Event[],
    { snapshotAtMs, nowMs }: { readonly snapshotAtMs: number; readonly nowMs: number },
  ): Count | null {
    const text = keyText(key);
    const entries = omsLedger(own).filter(({ createdAtMs }) => createdAtMs <= nowMs);
    const setRight = this.#setRight.get(text);
    if (entries.length === 0 && setRight === undefined) return null;
    let [onHandUnits, atSnapshotUnits] = [setRight?.shelfUnits ?? 0, setRight?.shelfUnits ?? 0];
    let promisedUnits = 0;
    for (const entry of entries) {
      promisedUnits += entry.onHandUnits - entry.availableUnits;
      if (setRight !== undefined && entry.effectiveAtMs <= setRight.atMs) continue;
      onHandUnits += entry.onHandUnits;
      if (entry.effectiveAtMs <= snapshotAtMs) atSnapshotUnits += entry.onHandUnits;
    }
    return { atSnapshotUnits, onHandUnits, availableUnits: onHandUnits - promisedUnits };
  }
}
