/** Damages Retail Pro's file as senders do: ids that a spreadsheet read as numbers, counts by location. */

import { LOCATION } from '../../../demo/retailpro/row.ts';
import type { Random } from '../../../demo/world/random.ts';
import { type FileRow, fileOfRows, keyOf, type NightFile } from '../world/retailpro_night_file.ts';
import type { StoreWorld } from '../world/store_world.ts';

const OTHER_LOCATION = 'TLTLTLLL02';

type Setting = Pick<StoreWorld, 'world' | 'locations'>;

export interface LostIds {
  readonly file: NightFile;
  /** A description such as `zeros of ids lost, at one store`. */
  readonly fault: string;
}

/** Removes the ids' leading zeros, or writes them as `1.23E+11`, at all stores or at one. */
export function loseIds(random: Random, file: NightFile, setting: Setting): LostIds {
  const { stores } = setting.world;
  const isZeros = random.chance(0.6);
  const only = random.chance(0.5) ? random.pick(stores) : null;
  const write = isZeros ? withoutZeros : asExponent;
  const rows = file.rows.map((row) =>
    only === null || row.facility === only ? { ...row, sku: write(row.sku) } : row,
  );
  const what = isZeros ? 'zeros of ids lost' : 'ids written with an exponent';
  return {
    file: fileOfRows(rows, { ...setting, retailproUnits: file.retailproUnits }),
    fault: `${what}, at ${only === null ? 'all stores' : 'one store'}`,
  };
}

function withoutZeros(sku: string): string {
  return /^0+\d/.test(sku) ? sku.replace(/^0+/, '') : sku;
}

function asExponent(sku: string): string {
  return Number(sku).toExponential(2).toUpperCase();
}

/**
 * Splits one key each of some stores over two locations; only in stores whose rows have no other flaw, because of the
 * bounds on rows.
 */
export function countByLocation(random: Random, file: NightFile, setting: Setting): NightFile {
  const { world } = setting;
  const byFacility = Map.groupBy(file.rows, ({ facility }) => facility);
  const split = new Set<FileRow>();
  for (const store of world.stores) {
    const own = byFacility.get(store) ?? [];
    if (own.length === world.products.length && random.chance(0.6))
      split.add(random.pick(own.filter((row) => keyOf(row, world) !== null)));
  }
  const rows = file.rows.flatMap((row) => (split.has(row) ? atTwoLocations(random, row) : row));
  return fileOfRows(rows, { ...setting, retailproUnits: file.retailproUnits });
}

/** Returns two rows, often with the same count, which is not a repeat. */
function atTwoLocations(random: Random, row: FileRow): readonly FileRow[] {
  const first = random.chance(0.5) ? Math.trunc(row.units / 2) : random.integer(-1, 5);
  return [
    { ...row, location: LOCATION, units: first },
    { ...row, location: OTHER_LOCATION, units: row.units - first },
  ];
}
