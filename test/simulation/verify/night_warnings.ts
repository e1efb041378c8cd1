/** Derives the warnings that a night must give by the model, and compares them with those given. */

import { omsLedger } from '../../../demo/world/oms/ledger.ts';
import { keyText } from '../../../demo/world/stock_key.ts';
import type { Event } from '../plan/event.ts';
import type { NightFile } from '../world/retailpro_night_file.ts';

/** The number of counts, or products, that each warning must name. */
export interface ExpectedWarnings {
  /** Counts that the previous night set and this file has no row of. */
  readonly lost_cover: number;
  /** Counts held out, because the file gives them by location. */
  readonly several_locations: number;
  /** Counts whose change reverses exactly what the OMS had recorded in the day before the snapshot. */
  readonly undone_entries: number;
  /** Active products without a row at any store. */
  readonly absent_products: number;
}

/** The sentences of the warnings. */
const SENTENCES: Readonly<Record<keyof ExpectedWarnings, RegExp>> = {
  lost_cover: /^(\d+) counts? (?:was|were) left as the previous night set/,
  several_locations: /^(\d+) counts? (?:was|were) left alone: the file has counts at several locations/,
  undone_entries: /^(\d+) counts? lost what the OMS had recorded in the 24 h before the snapshot/,
  absent_products: /^(\d+) active products? ha(?:s|ve) no count in the file, at any store/,
};
const DAY_MS = 24 * 3_600_000;

export interface NightFacts {
  readonly file: NightFile;
  /** The keys that the night has set, and those that the previous one had. */
  readonly covered: ReadonlySet<string>;
  readonly coveredBefore: ReadonlySet<string>;
  /** The keys of ambiguous bookings. */
  readonly held: ReadonlySet<string>;
  readonly events: readonly Event[];
  /** Each facility's snapshot, by its id. */
  readonly snapshots: ReadonlyMap<string, number>;
  /** The OMS's count of each key as of its snapshot, before the night. */
  readonly ledgerBefore: ReadonlyMap<string, number>;
  readonly knownAtMs: number;
  readonly activeProducts: number;
}

export function expectedWarnings(facts: NightFacts): ExpectedWarnings {
  const { file, covered, coveredBefore, held } = facts;
  const isLost = (key: string) => !covered.has(key) && !file.present.has(key) && !held.has(key);
  const products = new Set([...file.present].map((key) => key.slice(key.indexOf('/') + 1)));
  return {
    lost_cover: [...coveredBefore].filter(isLost).length,
    several_locations: [...file.located].filter((key) => !file.singleCounted.has(key)).length,
    undone_entries: undoneKeys(facts).length,
    absent_products: facts.activeProducts - products.size,
  };
}

function undoneKeys(facts: NightFacts): readonly string[] {
  const { file, covered, events, snapshots, ledgerBefore, knownAtMs } = facts;
  const recent = new Map<string, number>();
  for (const entry of omsLedger(events)) {
    const snapshotAtMs = snapshots.get(entry.facilityId) ?? 0;
    const isRecent = entry.effectiveAtMs > snapshotAtMs - DAY_MS && entry.effectiveAtMs <= snapshotAtMs;
    if (!isRecent || entry.createdAtMs > knownAtMs || entry.shipment !== null) continue;
    recent.set(keyText(entry), (recent.get(keyText(entry)) ?? 0) + entry.onHandUnits);
  }
  return [...recent].flatMap(([key, units]) => {
    const change = (file.retailproUnits.get(key) ?? 0) - (ledgerBefore.get(key) ?? 0);
    return covered.has(key) && units !== 0 && change === -units ? [key] : [];
  });
}

/** Returns sentences about warnings that are missing, wrong or not expected. */
export function warningMismatches(owed: ExpectedWarnings, given: readonly string[]): readonly string[] {
  return Object.entries(SENTENCES).flatMap(([name, sentence]) => {
    const due = owed[name as keyof ExpectedWarnings];
    const found = Number(given.map((warning) => sentence.exec(warning)?.[1]).find(Boolean) ?? 0);
    return found === due ? [] : [`the night warns of ${found} ${name.replace('_', ' ')}, not of ${due}`];
  });
}

/** Returns the names of the expected warnings. */
export function warningNames(owed: ExpectedWarnings): readonly string[] {
  return Object.entries(owed).flatMap(([name, count]) => (count > 0 ? [name.replace('_', ' ')] : []));
}
