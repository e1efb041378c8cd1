import type { Pool, PoolClient } from 'pg';
import { FailTask } from '../../../runner/task.ts';
import { readSql } from '../database/sql.ts';
import { inTransaction } from '../database/transaction.ts';
import type { ActiveProduct } from '../freeze/frozen_night.ts';

/** The queries that `export` may run, by the value of its `query` param; each takes an instant and an id type. */
export const PRODUCT_QUERIES = { active_products: readSql(import.meta.url, './active_products.sql') };
export type ProductQuery = keyof typeof PRODUCT_QUERIES;

const WITHOUT_NESTED_LOOPS = readSql(import.meta.url, './without_nested_loops.sql');

const NAMED_MAX = 5;

export interface ProductListRequest {
  readonly query: ProductQuery;
  readonly at: Temporal.Instant;
  readonly idType: string;
  readonly signal: AbortSignal;
}

export interface ProductList {
  readonly products: readonly ActiveProduct[];
  /** Active products without a valid id of the type, which no file can name. */
  readonly withoutId: readonly string[];
}

/**
 * Lists the products.
 * @throws FailTask if one id names two products; the message names both
 */
export async function listProducts(pool: Pool, request: ProductListRequest): Promise<ProductList> {
  const { idType, signal } = request;
  const rows = await inTransaction(pool, { isolation: 'read committed', signal }, (client) =>
    selectProducts(client, request),
  );
  const products = rows.flatMap(({ product_id, id_value }) =>
    id_value === null ? [] : [{ productId: product_id, idValue: id_value }],
  );
  const doubles = rows.flatMap((row) =>
    row.product_count > 1 && row.id_value !== null ? [row.id_value] : [],
  );
  refuseSharedIds(products, [...new Set(doubles)], idType);
  return { products, withoutId: rows.filter((row) => row.id_value === null).map((row) => row.product_id) };
}

interface ProductRow {
  readonly product_id: string;
  readonly id_value: string | null;
  /** How many of the products have this id. */
  readonly product_count: number;
}

/** Selects the products in a transaction whose later statements are planned without nested loops too. */
export async function selectProducts(
  client: PoolClient,
  { query, at, idType }: Omit<ProductListRequest, 'signal'>,
): Promise<readonly ProductRow[]> {
  await client.query(WITHOUT_NESTED_LOOPS);
  return (await client.query<ProductRow>(PRODUCT_QUERIES[query], [at, idType])).rows;
}

function refuseSharedIds(
  products: readonly ActiveProduct[],
  idValues: readonly string[],
  idType: string,
): void {
  if (idValues.length === 0) return;
  const named = idValues.slice(0, NAMED_MAX).map((idValue) => {
    const owners = products
      .filter((product) => product.idValue === idValue)
      .map(({ productId }) => productId);
    return `${idType} ${idValue} is on products ${owners.join(' and ')}`;
  });
  const more = idValues.length > NAMED_MAX ? `; and ${idValues.length - NAMED_MAX} more ids` : '';
  throw new FailTask(`one id names two active products: ${named.join('; ')}${more}`);
}
