/** Generates Retail Pro's reset file of one night: its counts at each store's own snapshot, with the plan's flaws. */

import { goodRow, LOCATION, locatedRow, RESET_HEADER } from '../../../demo/retailpro/row.ts';
import type { Facility } from '../../../demo/world/facility.ts';
import type { Random } from '../../../demo/world/random.ts';
import { retailproCounts } from '../../../demo/world/retailpro_count.ts';
import { keyText } from '../../../demo/world/stock_key.ts';
import type { World } from '../../../demo/world/world.ts';
import type { Event } from '../plan/event.ts';
import type { LocationRule } from './store_world.ts';

export interface FileRow {
  readonly facility: Facility;
  /** The SKU as the file writes it. */
  readonly sku: string;
  readonly location: string;
  readonly units: number;
}

export interface NightFile {
  readonly rows: readonly FileRow[];
  readonly content: string;
  /** The keys with a single count. */
  readonly singleCounted: ReadonlySet<string>;
  /** The keys with a row. */
  readonly present: ReadonlySet<string>;
  /** Rows of active products, repeats counted once. */
  readonly keptRows: number;
  /** The keys with counts at several locations, one each. */
  readonly located: ReadonlySet<string>;
  /** Retail Pro's count of each key of an active product at a store, in the file or not. */
  readonly retailproUnits: ReadonlyMap<string, number>;
}

export interface FileSource {
  readonly random: Random;
  readonly world: World;
  /** How the night treats a key at several locations. */
  readonly locations: LocationRule;
  readonly events: readonly Event[];
  readonly snapshotOf: (facilityId: string) => number;
  /** Makes the bytes differ from those of any other night. */
  readonly mark: number;
}

export function writeNightFile(source: FileSource): NightFile {
  const { random, world, events, snapshotOf, mark } = source;
  const rows: FileRow[] = [];
  const retailproUnits = new Map<string, number>();
  for (const facility of world.stores) {
    const { facilityId } = facility;
    const counts = retailproCounts(events, snapshotOf(facilityId));
    // One row more or less of a store stays within what the filter takes for plausible.
    const flaw = random.chance(0.35) ? random.pick(['missing', 'repeated', 'contradicted'] as const) : null;
    const flawed = random.pick(world.activeProducts);
    for (const product of world.products) {
      const key = keyText({ facilityId, productId: product.productId });
      const units = counts.get(key) ?? 0;
      const row = { facility, sku: product.sku, location: LOCATION, units };
      if (product.kind !== 'active') {
        rows.push({ ...row, units: mark });
        continue;
      }
      retailproUnits.set(key, units);
      const isFlawed = product === flawed;
      if (isFlawed && flaw === 'missing') continue;
      rows.push(row);
      if (isFlawed && flaw === 'repeated') rows.push(row);
      if (isFlawed && flaw === 'contradicted') rows.push({ ...row, units: units + 3 });
    }
  }
  return fileOfRows(random.shuffle(rows), { ...source, retailproUnits });
}

/** Builds a file of these rows, and the counts that a reader takes from it. */
export function fileOfRows(
  rows: readonly FileRow[],
  {
    world,
    locations,
    retailproUnits,
  }: Pick<FileSource, 'world' | 'locations'> & Pick<NightFile, 'retailproUnits'>,
): NightFile {
  const singleCounted = new Set<string>();
  const located = new Set<string>();
  const present = new Set<string>();
  let keptRows = 0;
  for (const [key, own] of Map.groupBy(rows, (row) => keyOf(row, world))) {
    if (key === null) continue;
    present.add(key);
    keptRows += new Set(own.map(({ location, units }) => `${location} ${units}`)).size;
    const places = Map.groupBy(own, ({ location }) => location);
    const isContradicted = places.values().some((at) => at.some(({ units }) => units !== at[0]?.units));
    if (isContradicted) continue;
    if (places.size > 1) located.add(key);
    if (places.size === 1 || locations === 'sum') singleCounted.add(key);
  }
  const content = RESET_HEADER + rows.map(lineOf).join('');
  return { rows, content, singleCounted, present, keptRows, located, retailproUnits };
}

/** Returns the key of a row; null if no active product has its id. */
export function keyOf({ facility, sku }: FileRow, { activeProducts }: World): string | null {
  const product = activeProducts.find((active) => active.sku === sku);
  return product === undefined ? null : keyText({ ...facility, productId: product.productId });
}

function lineOf({ facility, sku, location, units }: FileRow): string {
  return location === LOCATION
    ? goodRow(facility, sku, units)
    : locatedRow(facility, sku, { location, units });
}
