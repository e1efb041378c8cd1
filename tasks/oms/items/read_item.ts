/** Reads from the OMS what the sync did to one product, night by night. Call it in one read-only transaction. */
import type { PoolClient } from 'pg';
import { findProductId } from '../changes/read_changes.ts';
import { readSql } from '../database/sql.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const ID_TYPES = sql('../changes/find/id_types.sql');
const SELECT_PRODUCT = `${ID_TYPES}${sql('./select/product.sql')}`;
const SELECT_NEAR_IDS = `${ID_TYPES}${sql('./select/near_ids.sql')}`;
const SELECT_STOCK = sql('./select/stock.sql');
const SELECT_NIGHTS = sql('./select/nights.sql');
const SELECT_HISTORY = sql('./select/history.sql');
const SELECT_REJECTS = sql('./select/rejects.sql');
const SELECT_DELTAS = sql('./select/deltas.sql');

export interface Product {
  readonly product_id: string;
  readonly name: string;
  /** Those valid now first. */
  readonly ids: readonly string[];
}

/** The stock of a product at a facility. */
export interface Stock {
  readonly facility_id: string;
  readonly on_hand: number;
  readonly available: number;
  /** The newest night that changed it: its instant, and the count before and after, both as of its snapshot. Null for none. */
  readonly changed_at: Temporal.Instant | null;
  readonly before: number | null;
  readonly after: number | null;
}

export interface StockList {
  readonly rows: readonly Stock[];
  /** Facilities that have an item of it. */
  readonly total: number;
  /** The nights that were looked through for the newest change. */
  readonly nights: number;
}

/** An applied night, each revision by itself. */
export interface AppliedNight {
  readonly batch_id: string;
  readonly external_system_id: string;
  readonly business_date: string;
  readonly revision: number;
  readonly snapshot_at: Temporal.Instant | null;
  readonly applied_at: Temporal.Instant;
  /** The facts of the external system's own file. */
  readonly file_sha256: string | null;
  readonly attempt_token: string | null;
}

/** One product at one facility in one night, in units. */
export interface ItemNight {
  readonly batch_id: string;
  readonly facility_id: string;
  readonly snapshot_at: Temporal.Instant | null;
  /** RP: the count in the file; null if the night did not set the key. */
  readonly external_count: number | null;
  /** L: the OMS's own count as of the snapshot; null if the night froze none. */
  readonly before: number | null;
  /** The units that the reset posted; null if the night did not set the key. */
  readonly reset: number | null;
  /** V: what the external system is known to be wrong by; null if the night did not set the key. */
  readonly variance: number | null;
  /** Whether the night's variance is applied. */
  readonly is_corrected: boolean;
  /** Whether the night set any key of the facility. */
  readonly is_facility_in_file: boolean;
  /** Why the key was held out; null if it was not. */
  readonly held_reason: string | null;
  readonly held_detail: string;
}

export interface ItemReject {
  readonly batch_id: string;
  readonly line: number | null;
  readonly reason: string;
  readonly raw: string;
}

/** A movement that another system sent. */
export interface ItemDelta {
  readonly facility_id: string;
  readonly effective_date: Temporal.Instant;
  readonly quantity: number;
  readonly before: number;
  /** The reset whose count held it already; null for one that moved the count. */
  readonly covered_by_batch_id: string | null;
  readonly external_system_id: string;
  readonly file_name: string;
  readonly file_sha256: string;
  readonly applied_at: Temporal.Instant;
}

/** Returns the product that has or had this id, or whose own id it is; null for none. */
export async function findProduct(client: PoolClient, name: string): Promise<Product | null> {
  const productId = (await findProductId(client, name)) ?? name;
  return (await client.query<Product>(SELECT_PRODUCT, [productId])).rows[0] ?? null;
}

const NEAR_OF_EACH = 4;
const MOST_LOST_ZEROS = 8;

/** Returns ids that resemble one that nothing has, likelier ones first. */
export async function nearIds(client: PoolClient, id: string): Promise<readonly string[]> {
  const bare = id.replace(/^0+/, '');
  const padded = Array.from({ length: MOST_LOST_ZEROS }, (_, index) => `${'0'.repeat(index + 1)}${bare}`);
  const cut = [id.slice(0, -1), id.slice(0, -2), id.slice(1)].filter((part) => part !== '');
  const others = [...new Set([id.toUpperCase(), id.toLowerCase(), bare, ...padded, ...cut])];
  const { rows } = await client.query<{ id: string }>(SELECT_NEAR_IDS, [id, others, NEAR_OF_EACH]);
  const likeness = (found: string) => (others.includes(found) ? id.length : sharedStart(id, found));
  return [...new Set(rows.map((row) => row.id))]
    .filter((found) => likeness(found) * 2 >= id.length)
    .sort((a, b) => likeness(b) - likeness(a));
}

/** Returns how many characters both begin with. */
function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

export interface PlaceFilter {
  readonly productId: string;
  /** Null for every facility. */
  readonly facilityId: string | null;
}

/** @param nightsBack how many nights are looked through for the newest change */
export async function stockOf(
  client: PoolClient,
  { productId, facilityId }: PlaceFilter,
  { nightsBack, limit }: { readonly nightsBack: number; readonly limit: number },
): Promise<StockList> {
  const { rows } = await client.query<Stock & { total: number; nights: number }>(SELECT_STOCK, [
    productId,
    facilityId,
    nightsBack,
    limit,
  ]);
  return {
    rows: rows.map(({ total: _, nights: __, ...row }) => row),
    total: rows[0]?.total ?? 0,
    nights: rows[0]?.nights ?? 0,
  };
}

/** Returns applied nights, newest first. @param before only those applied before it; null for the newest */
export async function appliedNights(
  client: PoolClient,
  before: Temporal.Instant | null,
  limit: number,
): Promise<readonly AppliedNight[]> {
  const values = [before?.toString() ?? null, limit];
  return (await client.query<AppliedNight>(SELECT_NIGHTS, values)).rows;
}

export interface HistoryFilter extends PlaceFilter {
  readonly batchIds: readonly string[];
  /** `happened` leaves out counts that were right already. */
  readonly rows: 'all' | 'happened';
  readonly limit: number;
}

/** Returns the nights of one product, newest first. */
export async function historyOf(
  client: PoolClient,
  { batchIds, productId, facilityId, rows: which, limit }: HistoryFilter,
): Promise<{ readonly rows: readonly ItemNight[]; readonly total: number }> {
  const { rows } = await client.query<ItemNight & { total: number }>(SELECT_HISTORY, [
    batchIds,
    productId,
    facilityId,
    which === 'happened',
    limit,
  ]);
  return { rows: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}

/** Returns rejected rows whose text holds one of the ids; it may be a part of another id. */
export async function rejectsNaming(
  client: PoolClient,
  batchIds: readonly string[],
  { ids, limit }: { readonly ids: readonly string[]; readonly limit: number },
): Promise<readonly ItemReject[]> {
  return (await client.query<ItemReject>(SELECT_REJECTS, [batchIds, ids, limit])).rows;
}

/** Returns the newest movements that other systems sent. */
export async function deltasOf(
  client: PoolClient,
  { productId, facilityId }: PlaceFilter,
  limit: number,
): Promise<readonly ItemDelta[]> {
  return (await client.query<ItemDelta>(SELECT_DELTAS, [productId, facilityId, limit])).rows;
}
