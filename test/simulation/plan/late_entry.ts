/**
 * Generates returns and receipts that the OMS recorded at once and Retail Pro only after its snapshot. Retail Pro
 * owns the counts: until it has the entry, the night reverses the units, and has to warn of it.
 */

import type { Moved } from '../../../demo/world/event.ts';
import type { Random } from '../../../demo/world/random.ts';
import type { StockKey } from '../../../demo/world/stock_key.ts';
import { type NightPlan, snapshotOf } from './night_plan.ts';

const MINUTE_MS = 60_000;
const HOURS_BEFORE_MAX = 18;
const HOURS_LATE_MAX = 30;

export interface LateEntrySource {
  readonly random: Random;
  readonly plan: NightPlan;
  /** Keys of stores; one entry is generated for each. */
  readonly keys: readonly StockKey[];
  /** The instant up to which everything is recorded. */
  readonly fromMs: number;
}

export function generateLateEntries({ random, plan, keys, fromMs }: LateEntrySource): readonly Moved[] {
  return keys.flatMap((key) => {
    const snapshotAtMs = snapshotOf(plan, key.facilityId);
    const earliestMs = Math.max(fromMs + 1, snapshotAtMs - HOURS_BEFORE_MAX * 60 * MINUTE_MS);
    const atMs = snapshotAtMs - random.integer(0, Math.max(0, snapshotAtMs - earliestMs));
    const enteredAtMs = snapshotAtMs + random.integer(1, HOURS_LATE_MAX * 60) * MINUTE_MS;
    const units = random.integer(1, 4);
    const moved = { kind: 'moved', ...key, reason: 'receipt' } as const;
    return [
      { ...moved, atMs, units, recordedAtMs: atMs },
      // The OMS never records these two: they delay the instant from which Retail Pro counts the units.
      { ...moved, atMs, units: -units, recordedAtMs: null },
      { ...moved, atMs: enteredAtMs, units, recordedAtMs: null },
    ];
  });
}
