/** Some figures of an OMS's rows, read within seconds however many there are. */
import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';
import { PRODUCT_QUERIES } from '../../products/list.ts';
import type { FoundOms } from '../catalog/found.ts';
import { SCHEMA } from '../required/table.ts';
import { DETAILS_TABLE, TOTALS_TABLE } from '../required/tables.ts';

const sql = (file: string) => readSql(import.meta.url, file);
/** The beginning of a statement. */
const ACTIVE = `with active as (\n${PRODUCT_QUERIES.active_products.replace(/;\s*$/, '')}\n)\n`;
const ACTIVE_COUNT = `${ACTIVE}${sql('./active_count.sql')}`;
const SHARED_KEYS = `${ACTIVE}${sql('./shared_keys.sql')}`;
const UNEQUAL_TOTALS = sql('./unequal_totals.sql');
const WITHOUT_NESTED_LOOPS = sql('../../products/without_nested_loops.sql');

/** Up to so many rows are counted; of more, the planner's estimate is given. */
const COUNTED_MAX = 200_000;
const TIMEOUT = "set local statement_timeout = '20s'";
const NAMED_MAX = 5;
const ITEMS_SUMMED = 500;

const COUNTED_TABLES = [
  'product',
  'facility',
  TOTALS_TABLE,
  DETAILS_TABLE,
  'item_issuance',
  'external_inventory_posting',
];

export interface RowCount {
  readonly count: number;
  readonly isEstimate: boolean;
}

export interface SharedKeys {
  readonly total: number;
  /** Those of products sold online. */
  readonly activeTotal: number;
  readonly examples: readonly {
    readonly facilityId: string;
    readonly productId: string;
    readonly itemIds: readonly string[];
  }[];
}

export interface UnequalTotals {
  readonly checked: number;
  readonly wrong: number;
  readonly examples: readonly { readonly itemId: string; readonly total: string; readonly details: string }[];
}

/** A figure is null where it could not be read: a column or a right is missing, or it took too long. */
export interface Sample {
  /** By table. */
  readonly rows: ReadonlyMap<string, RowCount | null>;
  readonly activeProducts: { readonly count: number; readonly withId: number } | null;
  readonly sharedKeys: SharedKeys | null;
  readonly unequalTotals: UnequalTotals | null;
}

const PAIR = ['product_id', 'facility_id'];
const NO_SHARED_KEYS: SharedKeys = { total: 0, activeTotal: 0, examples: [] };

export interface SampleRequest {
  /** The instant at which products are sold online. */
  readonly at: Temporal.Instant;
  /** The type of id by which files name products. */
  readonly idType: string;
}

export async function readSample(client: PoolClient, oms: FoundOms, request: SampleRequest): Promise<Sample> {
  await client.query(TIMEOUT);
  await client.query(WITHOUT_NESTED_LOOPS);
  const rows = new Map<string, RowCount | null>();
  for (const table of COUNTED_TABLES) rows.set(table, await figure(client, () => countRows(client, table)));
  return {
    rows,
    activeProducts: await figure(client, () => countActive(client, request)),
    sharedKeys: isPairUnique(oms)
      ? NO_SHARED_KEYS
      : await figure(client, () => findSharedKeys(client, request)),
    unequalTotals: findsDetails(oms) ? await figure(client, () => findUnequalTotals(client)) : null,
  };
}

/** Syntax, names, types and rights; a statement that was cancelled for its time. */
const UNREADABLE = /^(42|57014)/;

async function figure<T>(client: PoolClient, read: () => Promise<T>): Promise<T | null> {
  await client.query('savepoint figure');
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && UNREADABLE.test(String(error.code)))) throw error;
    await client.query('rollback to figure');
    return null;
  }
}

async function countRows(client: PoolClient, table: string): Promise<RowCount> {
  const { rows } = await client.query<{
    'QUERY PLAN': readonly { readonly Plan: { readonly 'Plan Rows': number } }[];
  }>(`explain (format json) select from ${SCHEMA}.${table}`);
  const estimate = rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
  if (estimate > COUNTED_MAX) return { count: estimate, isEstimate: true };
  const counted = await client.query<{ count: number }>(
    `select count(*)::integer as count from ${SCHEMA}.${table}`,
  );
  return { count: counted.rows[0]?.count ?? 0, isEstimate: false };
}

async function countActive(client: PoolClient, { at, idType }: SampleRequest) {
  const { rows } = await client.query<{ count: number; with_id: number }>(ACTIVE_COUNT, [at, idType]);
  return { count: rows[0]?.count ?? 0, withId: rows[0]?.with_id ?? 0 };
}

async function findSharedKeys(client: PoolClient, { at, idType }: SampleRequest): Promise<SharedKeys> {
  const { rows } = await client.query<{
    facility_id: string;
    product_id: string;
    item_ids: readonly string[];
    total: number;
    active_total: number;
  }>(SHARED_KEYS, [at, idType, NAMED_MAX]);
  return {
    total: rows[0]?.total ?? 0,
    activeTotal: rows[0]?.active_total ?? 0,
    examples: rows.map((row) => ({
      facilityId: row.facility_id,
      productId: row.product_id,
      itemIds: row.item_ids,
    })),
  };
}

/** Returns whether a key keeps each pair unique: then millions of items need not be grouped. */
function isPairUnique({ relations }: FoundOms): boolean {
  const indexes = relations.get(TOTALS_TABLE)?.indexes ?? [];
  return indexes.some(
    ({ isUnique, columns }) =>
      isUnique && columns.every((column) => column !== null && PAIR.includes(column)),
  );
}

/** Without an index each item would read the whole ledger. */
function findsDetails({ relations }: FoundOms): boolean {
  const indexes = relations.get(DETAILS_TABLE)?.indexes ?? [];
  return indexes.some(({ columns: [first], where }) => first === 'inventory_item_id' && where === null);
}

async function findUnequalTotals(client: PoolClient): Promise<UnequalTotals | null> {
  const { rows } = await client.query<UnequalTotals>(UNEQUAL_TOTALS, [ITEMS_SUMMED, NAMED_MAX]);
  return rows[0] ?? null;
}
