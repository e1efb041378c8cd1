/** Decides by the guards' documented bounds whether a file covers too little for the night. */
import type { NightFile } from '../world/retailpro_night_file.ts';

/** The default bound of the shipped DAG. */
const MAX_DROP = 0.2;

/** @param lastGood the file of the newest night that was applied; null before the first */
export function isCoverLost(file: NightFile, lastGood: NightFile | null): boolean {
  if (file.present.size === 0) return true;
  if (lastGood === null) return false;
  const now = coverOf(file);
  return coverOf(lastGood)
    .entries()
    .some(([what, last]) => (last - (now.get(what) ?? 0)) / last > MAX_DROP);
}

/** Counts rows of active products, all keys, and keys by store. */
function coverOf({ keptRows, present }: NightFile): ReadonlyMap<string, number> {
  const stores = Map.groupBy(present, (key) => key.slice(0, key.indexOf('/')));
  return new Map([
    ['rows', keptRows],
    ['keys', present.size],
    ...stores.entries().map(([facilityId, keys]) => [facilityId, keys.length] as const),
  ]);
}
