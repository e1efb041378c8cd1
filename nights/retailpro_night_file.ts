/** Retail Pro's reset file of one night: its counts at each store's own snapshot, with the flaws the plan gives it. */
import type { Random } from '../demo/random.ts';
import { goodRow, RESET_HEADER } from '../demo/world/reset_row.ts';
import { retailproCounts } from '../demo/world/retailpro_count.ts';
import { keyText } from '../demo/world/stock_key.ts';
import type { World } from '../demo/world.ts';
import type { Happening } from './happening.ts';

export interface NightFile {
  readonly content: string;
  /** The keys of which it gives one count. */
  readonly told: ReadonlySet<string>;
  /** What it says of each key of an active product at a store, in the file or not. */
  readonly retailproUnits: ReadonlyMap<string, number>;
}

export interface FileSource {
  readonly random: Random;
  readonly world: World;
  readonly happenings: readonly Happening[];
  readonly snapshotOf: (facilityId: string) => number;
  /** Makes the bytes unlike those of any other night. */
  readonly mark: number;
}

export function writeNightFile({ random, world, happenings, snapshotOf, mark }: FileSource): NightFile {
  const lines: string[] = [];
  const told = new Set<string>();
  const retailproUnits = new Map<string, number>();
  for (const facility of world.stores) {
    const { facilityId } = facility;
    const counts = retailproCounts(happenings, snapshotOf(facilityId));
    // One row more or less of a store stays within what the filter takes for plausible.
    const flaw = random.chance(0.35) ? random.pick(['missing', 'repeated', 'contradicted'] as const) : null;
    const flawed = random.pick(world.activeProducts);
    for (const product of world.products) {
      const key = keyText({ facilityId, productId: product.productId });
      const units = counts.get(key) ?? 0;
      if (product.kind !== 'active') {
        lines.push(goodRow(facility, product.sku, mark));
        continue;
      }
      retailproUnits.set(key, units);
      const isFlawed = product === flawed;
      if (isFlawed && flaw === 'missing') continue;
      lines.push(goodRow(facility, product.sku, units));
      if (isFlawed && flaw === 'repeated') lines.push(goodRow(facility, product.sku, units));
      if (isFlawed && flaw === 'contradicted') lines.push(goodRow(facility, product.sku, units + 3));
      else told.add(key);
    }
  }
  return { content: RESET_HEADER + random.shuffle(lines).join(''), told, retailproUnits };
}
