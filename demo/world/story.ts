/** What happened to one key up to a night and during it. */
import type { Random } from '../random.ts';
import type { Moved, StockEvent } from './event.ts';
import type { Night } from './night.ts';
import { type Outcome, tellShipment } from './shipment_story.ts';
import type { StockKey } from './stock_key.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface StorySetting {
  readonly random: Random;
  readonly night: Night;
  readonly dealOutcome: () => Outcome;
  readonly storeIds: readonly string[];
}

/**
 * The story of a key that both systems know: opening stock, receipts, recounts, till sales of which the OMS
 * hears nothing, reservations, shipments, and what the OMS enters after the snapshot.
 */
export function tellSharedKey(setting: StorySetting, key: StockKey): readonly StockEvent[] {
  const { random, night, dealOutcome, storeIds } = setting;
  const before = (days: number) => night.snapshotAtMs - random.integer(30, days * 24 * 60) * MINUTE_MS;
  const after = () => night.snapshotAtMs + random.integer(1, 70 * 60) * 1000;
  const events: StockEvent[] = [opening(setting, key, { known: true })];

  if (random.chance(0.4)) {
    const atMs = before(20);
    // A few receipts reach the OMS hours late, under the instant at which they came in.
    const recordedAtMs = random.chance(0.9) ? atMs : night.snapshotAtMs + random.integer(5, 60) * MINUTE_MS;
    events.push(moved(key, 'receipt', { atMs, units: random.integer(4, 24), recordedAtMs }));
  }
  if (random.chance(0.15)) {
    const atMs = before(10);
    events.push(moved(key, 'recount', { atMs, units: random.pick([-2, -1, 1, 3]), recordedAtMs: atMs }));
  }
  events.push(...tillSales(setting, key, random.chance(0.03) ? 40 : 3));
  if (random.chance(0.15)) {
    events.push({ kind: 'reserved', ...key, atMs: before(2), units: random.integer(1, 3) });
  }
  const otherStoreIds = storeIds.filter((storeId) => storeId !== key.facilityId);
  for (let count = random.pick([0, 0, 1, 1, 1, 2, 3]); count > 0; count--) {
    events.push(tellShipment({ random, night, key, otherStoreIds }, dealOutcome()));
  }
  if (random.chance(0.06)) {
    const atMs = after();
    events.push(moved(key, 'receipt', { atMs, units: random.integer(2, 12), recordedAtMs: atMs }));
  }
  if (random.chance(0.06)) {
    const atMs = after();
    events.push(moved(key, 'till_sale', { atMs, units: -1, recordedAtMs: atMs }));
  }
  if (random.chance(0.03)) {
    events.push(moved(key, 'till_sale', { atMs: after(), units: -1, recordedAtMs: null }));
  }
  if (random.chance(0.05)) {
    events.push({ kind: 'reserved', ...key, atMs: after(), units: 1 });
  }
  return events;
}

/** The story of a key that Retail Pro sells and the OMS has never had. */
export function tellRetailproOnlyKey(setting: StorySetting, key: StockKey): readonly StockEvent[] {
  return [opening(setting, key, { known: false }), ...tillSales(setting, key, 3)];
}

function opening(
  { random, night }: StorySetting,
  key: StockKey,
  { known }: { readonly known: boolean },
): Moved {
  const atMs = night.snapshotAtMs - random.integer(30, 90) * DAY_MS;
  return moved(key, 'opening', { atMs, units: random.integer(6, 40), recordedAtMs: known ? atMs : null });
}

/** Sales that only the till knows; enough of them at once take Retail Pro's count below zero. */
function tillSales({ random, night }: StorySetting, key: StockKey, most: number): readonly Moved[] {
  return Array.from({ length: random.integer(0, 3) }, () => {
    const atMs = night.snapshotAtMs - random.integer(0, 14 * 24 * 60) * MINUTE_MS;
    return moved(key, 'till_sale', { atMs, units: -random.integer(1, most), recordedAtMs: null });
  });
}

function moved(
  key: StockKey,
  reason: Moved['reason'],
  { atMs, units, recordedAtMs }: Pick<Moved, 'atMs' | 'units' | 'recordedAtMs'>,
): Moved {
  return { kind: 'moved', reason, ...key, atMs, units, recordedAtMs };
}
