/** Generates the events of one key up to and during a night. */

import type { Moved, StockEvent } from './event.ts';
import type { WorldNight } from './night.ts';
import type { Random } from './random.ts';
import { generateShipmentStory, type Outcome } from './shipment_story.ts';
import type { StockKey } from './stock_key.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface StorySetting {
  readonly random: Random;
  readonly night: WorldNight;
  /** A slow seller is well stocked and sells little, so it is never among the largest changes of a night. */
  readonly pace: 'usual' | 'slow';
  readonly dealOutcome: () => Outcome;
  readonly storeIds: readonly string[];
}

/**
 * Generates the events of a key that both systems know: opening stock, receipts, recounts, store sales that the OMS
 * never learns of, reservations, shipments, and what the OMS records after the snapshot.
 */
export function generateSharedKeyStory(setting: StorySetting, key: StockKey): readonly StockEvent[] {
  const { random, night, pace, dealOutcome, storeIds } = setting;
  const before = (days: number) => night.snapshotAtMs - random.integer(30, days * 24 * 60) * MINUTE_MS;
  const after = () => night.snapshotAtMs + random.integer(1, 70 * 60) * 1000;
  const [leastStock, mostStock] = STOCK[pace];
  const first = opening(setting, key, { units: random.integer(leastStock, mostStock), known: true });
  const events: StockEvent[] = [first];

  if (random.chance(0.4)) {
    const atMs = before(20);
    // A few receipts reach the OMS hours late, under the instant at which they came in.
    const recordedAtMs = random.chance(0.9) ? atMs : night.snapshotAtMs + random.integer(5, 60) * MINUTE_MS;
    events.push(moved(key, 'receipt', { atMs, units: random.integer(4, 24), recordedAtMs }));
  }
  if (random.chance(0.02) && pace === 'usual') {
    // A delivery that the store unpacked without reporting it to the OMS.
    events.push(
      moved(key, 'receipt', { atMs: before(6), units: random.pick([12, 12, 18, 24]), recordedAtMs: null }),
    );
  }
  if (random.chance(0.15) && pace === 'usual') {
    const atMs = before(10);
    events.push(moved(key, 'recount', { atMs, units: random.pick([-2, -1, 1, 3]), recordedAtMs: atMs }));
  }
  events.push(...tillSales(setting, key, first.units));
  if (random.chance(0.15)) {
    events.push({ kind: 'reserved', ...key, atMs: before(2), units: random.integer(1, 3) });
  }
  const otherStoreIds = storeIds.filter((storeId) => storeId !== key.facilityId);
  for (let count = random.pick([0, 0, 1, 1, 1, 2, 3]); count > 0; count--) {
    events.push(generateShipmentStory({ random, night, key, otherStoreIds }, dealOutcome()));
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

/** Generates the events of a key that Retail Pro sells and the OMS has never had. */
export function generateRetailproOnlyStory(setting: StorySetting, key: StockKey): readonly StockEvent[] {
  const units = setting.pace === 'slow' ? 6 : setting.random.integer(4, 20);
  return [opening(setting, key, { units, known: false }), ...tillSales(setting, key, units)];
}

/** Opening stock in units, lowest and highest. */
const STOCK: Readonly<Record<StorySetting['pace'], readonly [number, number]>> = {
  usual: [6, 40],
  slow: [24, 40],
};

function opening(
  { random, night }: StorySetting,
  key: StockKey,
  { units, known }: { readonly units: number; readonly known: boolean },
): Moved {
  const atMs = night.snapshotAtMs - random.integer(30, 90) * DAY_MS;
  return moved(key, 'opening', { atMs, units, recordedAtMs: known ? atMs : null });
}

/** The most units of one sale in the store: a product in a promotion, a usual one, and a slow seller. */
const SOLD_AT_ONCE_MAX = { promotion: 12, usual: 3, slow: 1 };
/** Sales entered before their receipt: how far below zero Retail Pro's count may go. */
const OVERSOLD_MAX = 2;

/**
 * Generates up to three sales that only Retail Pro knows; those of a promotion can take its count slightly below
 * zero.
 */
function tillSales({ random, night, pace }: StorySetting, key: StockKey, stock: number): readonly Moved[] {
  const isPromoted = random.chance(0.03) && pace === 'usual';
  const most = SOLD_AT_ONCE_MAX[isPromoted ? 'promotion' : pace];
  let left = stock + OVERSOLD_MAX;
  return Array.from({ length: random.integer(0, 3) }, () => {
    const atMs = night.snapshotAtMs - random.integer(0, 14 * 24 * 60) * MINUTE_MS;
    const units = Math.min(left, random.integer(1, most));
    left -= units;
    return moved(key, 'till_sale', { atMs, units: -units, recordedAtMs: null });
  }).filter(({ units }) => units !== 0);
}

function moved(
  key: StockKey,
  reason: Moved['reason'],
  { atMs, units, recordedAtMs }: Pick<Moved, 'atMs' | 'units' | 'recordedAtMs'>,
): Moved {
  return { kind: 'moved', reason, ...key, atMs, units, recordedAtMs };
}
