/**
 * Derives the expected state of every key after the night from the events alone, without any query or formula of the
 * sync, so that agreement between the two is evidence.
 */

import type { FileFlaws } from '../retailpro/flaw.ts';
import { ambiguousKeys } from './ambiguity.ts';
import type { StockEvent } from './event.ts';
import type { WorldNight } from './night.ts';
import { omsLedger } from './oms/ledger.ts';
import { retailproCounts } from './retailpro_count.ts';
import { keyText, type StockKey } from './stock_key.ts';
import { trueCounts } from './true_count.ts';

/**
 * `covered`: the night sets it. `ambiguous` and `contradicted`: in the file, but held out. `uncovered`: no readable
 * row, or not a Retail Pro store. `inactive`: not sold online.
 */
export type Standing = 'covered' | 'ambiguous' | 'contradicted' | 'uncovered' | 'inactive';

/** The units of a key in the OMS. */
export interface OmsCount {
  /** Sum of the details with `effective_date` at or before the snapshot. */
  readonly atSnapshotUnits: number;
  readonly onHandUnits: number;
  readonly availableUnits: number;
}

export interface KeyTruth extends StockKey {
  readonly standing: Standing;
  /** Retail Pro's count at the snapshot; its file may lack it. */
  readonly retailproUnits: number;
  /** V: units that Retail Pro did not know of at the snapshot. */
  readonly varianceUnits: number;
  /** Whether the OMS has an inventory item before the night. */
  readonly hasItem: boolean;
  readonly before: OmsCount;
  readonly after: OmsCount;
}

export interface Truth {
  readonly snapshotAtMs: number;
  /** By `keyText`: every active product at every facility, and every other key with an item in the OMS. */
  readonly keys: ReadonlyMap<string, KeyTruth>;
  readonly reset: {
    readonly keys: number;
    /** Sum of Retail Pro's counts minus the OMS's at the snapshot. */
    readonly netUnits: number;
  };
  readonly variance: {
    /** Rows of the variance file: active keys with a V that is not zero and not held out, covered or not. */
    readonly fileKeys: number;
    readonly fileUnits: number;
    /** The rows among them whose key the reset covered. */
    readonly appliedKeys: number;
    readonly appliedUnits: number;
  };
  /** Active keys held out because a booking is ambiguous, in the file or not. */
  readonly ambiguousKeys: number;
}

export interface TruthSource {
  readonly night: WorldNight;
  readonly events: readonly StockEvent[];
  readonly activeKeys: readonly StockKey[];
  /** Returns whether Retail Pro keeps the facility's counts. */
  readonly isStore: (facilityId: string) => boolean;
  readonly flaws: FileFlaws;
}

export function deriveTruth({ night, events, activeKeys, isStore, flaws }: TruthSource): Truth {
  const { snapshotAtMs } = night;
  const retailpro = retailproCounts(events, snapshotAtMs);
  const shelf = trueCounts(events, snapshotAtMs);
  const oms = omsCounts(events, snapshotAtMs);
  const ambiguous = ambiguousKeys(events, snapshotAtMs);
  const contradicted = new Set(flaws.contradicted);
  const active = new Map(activeKeys.map((key) => [keyText(key), key]));

  const standingOf = (text: string, { facilityId }: StockKey): Standing => {
    if (!active.has(text)) return 'inactive';
    if (!isStore(facilityId) || flaws.missing.has(text) || flaws.badRows.has(text)) return 'uncovered';
    if (ambiguous.has(text)) return 'ambiguous';
    return contradicted.has(text) ? 'contradicted' : 'covered';
  };

  const keys = new Map<string, KeyTruth>();
  const all = new Map<string, StockKey>([
    ...active,
    ...[...oms].map(([text, { key }]) => [text, key] as const),
  ]);
  for (const [text, { facilityId, productId }] of all) {
    const standing = standingOf(text, { facilityId, productId });
    const before = oms.get(text)?.count ?? { atSnapshotUnits: 0, onHandUnits: 0, availableUnits: 0 };
    const shelfUnits = shelf.get(text) ?? 0;
    const retailproUnits = retailpro.get(text) ?? 0;
    keys.set(text, {
      facilityId,
      productId,
      standing,
      retailproUnits,
      varianceUnits: shelfUnits - retailproUnits,
      hasItem: oms.has(text),
      before,
      after: standing === 'covered' ? correctedAtSnapshot(before, shelfUnits) : before,
    });
  }
  return { snapshotAtMs, keys, ...totals([...keys.values()], ambiguous) };
}

/** Returns the count corrected to the shelf's at the snapshot; later records and reservations stay. */
function correctedAtSnapshot(before: OmsCount, shelfUnits: number): OmsCount {
  const onHandUnits = shelfUnits + (before.onHandUnits - before.atSnapshotUnits);
  const promisedUnits = before.onHandUnits - before.availableUnits;
  return { atSnapshotUnits: shelfUnits, onHandUnits, availableUnits: onHandUnits - promisedUnits };
}

function omsCounts(
  events: readonly StockEvent[],
  snapshotAtMs: number,
): ReadonlyMap<string, { readonly key: StockKey; readonly count: OmsCount }> {
  const counts = new Map<string, { key: StockKey; count: OmsCount }>();
  for (const entry of omsLedger(events)) {
    const text = keyText(entry);
    const count = counts.get(text)?.count ?? { atSnapshotUnits: 0, onHandUnits: 0, availableUnits: 0 };
    counts.set(text, {
      key: { facilityId: entry.facilityId, productId: entry.productId },
      count: {
        atSnapshotUnits:
          count.atSnapshotUnits + (entry.effectiveAtMs <= snapshotAtMs ? entry.onHandUnits : 0),
        onHandUnits: count.onHandUnits + entry.onHandUnits,
        availableUnits: count.availableUnits + entry.availableUnits,
      },
    });
  }
  return counts;
}

function totals(
  keys: readonly KeyTruth[],
  ambiguous: ReadonlySet<string>,
): Pick<Truth, 'reset' | 'variance' | 'ambiguousKeys'> {
  const active = keys.filter(({ standing }) => standing !== 'inactive');
  const covered = active.filter(({ standing }) => standing === 'covered');
  const inFile = active.filter((key) => key.varianceUnits !== 0 && !ambiguous.has(keyText(key)));
  const applied = inFile.filter(({ standing }) => standing === 'covered');
  const variance = (of: readonly KeyTruth[]) => of.reduce((sum, key) => sum + key.varianceUnits, 0);
  return {
    reset: {
      keys: covered.length,
      netUnits: covered.reduce((sum, key) => sum + key.retailproUnits - key.before.atSnapshotUnits, 0),
    },
    variance: {
      fileKeys: inFile.length,
      fileUnits: variance(inFile),
      appliedKeys: applied.length,
      appliedUnits: variance(applied),
    },
    ambiguousKeys: active.filter((key) => ambiguous.has(keyText(key))).length,
  };
}
