/** The rows of Retail Pro's file, and the outcome that the sync should give each. */

import { keyText } from '../world/stock_key.ts';
import type { World } from '../world/world.ts';
import { badRow, goodRow, unknownStoreRow } from './row.ts';

/** The outcomes of a file's data rows: `rows` is the sum of the other four. */
export interface RowAccounting {
  readonly rows: number;
  /** Active, well-formed rows that repeat no other, including conflicting ones and those of an unknown store. */
  readonly kept: number;
  /** Rows of products that are not active. */
  readonly dropped: number;
  /** Malformed rows of active products: wrong column count, bad quantity or a NUL byte. */
  readonly rejected: number;
  /** Rows that repeat an earlier one byte for byte. */
  readonly collapsed: number;
  /** Kept rows whose key occurs twice with different counts. */
  readonly contradictedRows: number;
  /** Kept rows of a store that the OMS does not have. */
  readonly unknownStoreRows: number;
}

export interface ResetLayout {
  /** For each store, by the active product's position: its row's text; empty if the file lacks the key. */
  readonly activeRows: readonly (readonly string[])[];
  /** For each store, the SKUs in order; null stands for the next active product. */
  readonly order: readonly (readonly (string | null)[])[];
  /** Rows after the last store. */
  readonly lateRows: readonly string[];
  readonly accounting: RowAccounting;
}

/**
 * Lays out exactly `rows` data rows: all rows of active products, filled up with inactive ones, near misses first.
 * @throws RangeError if there are more active rows, or fewer rows in all
 */
export function layOutFile(world: World, rows: number): ResetLayout {
  const activeRows = world.stores.map((_, store) => activeRowsOf(world, store));
  const lateRows = lateRowsOf(world);
  const activeRowCount = activeRows.flat().filter((row) => row !== '').length;
  const dropped = rows - activeRowCount - lateRows.length;
  const inactiveCount = world.products.length - world.activeProducts.length + world.retailproOnlySkus.length;
  if (dropped < 0 || dropped > inactiveCount * world.stores.length) {
    const least = activeRowCount + lateRows.length;
    const most = least + inactiveCount * world.stores.length;
    throw new RangeError(`a file of this world has ${least} to ${most} rows, not ${rows}`);
  }
  const { badRows, repeated, contradicted, unknownStoreRows } = world.flaws;
  const accounting = {
    rows,
    kept: activeRowCount - badRows.size + contradicted.length + unknownStoreRows,
    dropped,
    rejected: badRows.size,
    collapsed: repeated.length,
    contradictedRows: 2 * contradicted.length,
    unknownStoreRows,
  };
  return { activeRows, order: ordersOf(world, dropped), lateRows, accounting };
}

function activeRowsOf(world: World, store: number): readonly string[] {
  const facility = world.stores[store];
  if (facility === undefined) return [];
  return world.activeProducts.map(({ productId, sku }) => {
    const key = keyText({ facilityId: facility.facilityId, productId });
    if (world.flaws.missing.has(key)) return '';
    const badness = world.flaws.badRows.get(key);
    if (badness !== undefined) return badRow(facility, sku, badness);
    return goodRow(facility, sku, world.truth.keys.get(key)?.retailproUnits ?? 0);
  });
}

function lateRowsOf(world: World): readonly string[] {
  const rowOf = (key: string, extraUnits: number) => {
    const truth = world.truth.keys.get(key);
    const facility = world.stores.find(({ facilityId }) => facilityId === truth?.facilityId);
    const product = world.activeProducts.find(({ productId }) => productId === truth?.productId);
    if (truth === undefined || facility === undefined || product === undefined) {
      throw new RangeError(`flawed key ${key} is no active product at a store`);
    }
    return goodRow(facility, product.sku, truth.retailproUnits + extraUnits);
  };
  const unknownStore = world.activeProducts.slice(0, world.flaws.unknownStoreRows);
  return [
    ...world.flaws.repeated.map((key) => rowOf(key, 0)),
    ...world.flaws.contradicted.map((key) => rowOf(key, 3)),
    ...unknownStore.map(({ sku }) => unknownStoreRow(sku)),
  ];
}

/** Returns each store's SKUs, so that all stores together have `inactiveRows` rows of inactive products. */
function ordersOf(world: World, inactiveRows: number): readonly (readonly (string | null)[])[] {
  const perStore = Math.floor(inactiveRows / world.stores.length);
  const storesWithOneMore = inactiveRows % world.stores.length;
  const shorter = orderWith(world, perStore);
  const longer = storesWithOneMore === 0 ? shorter : orderWith(world, perStore + 1);
  return world.stores.map((_, store) => (store < storesWithOneMore ? longer : shorter));
}

function orderWith(world: World, inactiveCount: number): readonly (string | null)[] {
  const nearMisses = world.products.filter(({ kind }) => kind !== 'active' && kind !== 'ordinary');
  const ordinary = world.products.filter(({ kind }) => kind === 'ordinary');
  const inactive = [...nearMisses, ...ordinary].map(({ sku }) => sku).concat(world.retailproOnlySkus);
  const chosen = new Set(inactive.slice(0, inactiveCount));
  const ordered = world.products.flatMap(({ kind, sku }) => {
    if (kind === 'active') return [null];
    return chosen.has(sku) ? [sku] : [];
  });
  return [...ordered, ...world.retailproOnlySkus.filter((sku) => chosen.has(sku))];
}
