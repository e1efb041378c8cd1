import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';

const FIGURES = readSql(import.meta.url, './change_figures.sql');
const LARGEST = readSql(import.meta.url, './largest_changes.sql');
const ZERO_OR_BELOW = readSql(import.meta.url, './zero_or_below.sql');
const NAMED_MAX = 20;

/** The effect of `sync_change` on the stock, in units. */
export interface ChangeFigures {
  readonly keys: number;
  readonly changed_keys: number;
  /** Sum of the absolute changes. */
  readonly units: number;
  /** Sum of the signed changes. */
  readonly net_units: number;
  readonly largest_change: number;
  readonly zero_or_below: number;
}

export type NamedChange = Readonly<
  Record<'facility_id' | 'product_id' | 'sku', string> & Record<'before' | 'after' | 'diff', number>
>;

export async function changeFigures(client: PoolClient): Promise<ChangeFigures> {
  const { rows } = await client.query<ChangeFigures>(FIGURES);
  if (rows[0] === undefined) throw new Error('a count has no row');
  return rows[0];
}

/** Returns the largest changes first, at most 20. */
export async function largestChanges(client: PoolClient): Promise<NamedChange[]> {
  return (await client.query<NamedChange>(LARGEST, [NAMED_MAX])).rows;
}

/** Returns items that had stock before and have none after, at most 20. */
export async function itemsAtZeroOrBelow(client: PoolClient): Promise<NamedChange[]> {
  return (await client.query<NamedChange>(ZERO_OR_BELOW, [NAMED_MAX])).rows;
}
