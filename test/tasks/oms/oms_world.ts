/**
 * A small OMS with methods for its events, and a night of the sync run through the real tasks. Times are given as
 * `HH:MM` of the night's snapshot day, 2026-03-09 UTC, or as full instants.
 */
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Pool } from 'pg';
import type { Json } from '../../../runner/task.ts';
import { type ContextOverrides, openTaskWorld, type TaskWorld } from '../../../runner/testing.ts';
import applyVariance from '../../../tasks/apply_variance.ts';
import exportTask from '../../../tasks/export.ts';
import reset from '../../../tasks/reset.ts';
import variance from '../../../tasks/variance.ts';
import { omsDigest } from '../../support/night/oms.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { appliedSchema, type PublishedFile, resetSchema, varianceSchema } from './task_outputs.ts';

export type { PublishedFile } from './task_outputs.ts';

export const SYSTEM = 'RETAIL_PRO';
export const ACTIVE = 'artifact:active_products.csv';
/** The instant of Retail Pro's count: 03:00 UTC on the night's date; the run is scheduled for 05:00. */
export const T = '2026-03-10T03:00:00Z';
export const BUSINESS_DATE = '2026-03-10';

export interface Shipment {
  readonly id: string;
  readonly facility: string;
  readonly product: string;
  readonly quantity: number;
  readonly cancelled?: number;
  readonly at: string;
}

export interface Posting {
  readonly id: string;
  readonly of?: string;
  readonly type?: 'INVOICE' | 'SLIP_OUT' | 'SLIP_IN';
  readonly facility: string;
  readonly product: string;
  readonly diff: number;
  readonly sent?: string;
  readonly answered?: string;
  readonly booked?: string;
}

/** A row of Retail Pro's file: facility, SKU, count. The count is text, so that a test may write an invalid one. */
export type CountRow = readonly [facility: string, sku: string, count: number | string];

export interface SnapshotFacts {
  readonly snapshot_at: string;
  readonly facilities?: Readonly<Record<string, string>>;
  /** The revision of the night; 1 by default. */
  readonly revision?: number;
}

export interface NightOptions {
  readonly snapshot?: SnapshotFacts;
  readonly goLive?: string;
  readonly overrides?: ContextOverrides;
}

export class OmsWorld {
  readonly pool: Pool;
  readonly tasks: TaskWorld;
  #details = 0;

  constructor(pool: Pool, tasks: TaskWorld) {
    this.pool = pool;
    this.tasks = tasks;
  }

  async facility(id: string, externalId: string | null = null): Promise<void> {
    await this.pool.query('insert into oms.facility (facility_id, external_id) values ($1, $2)', [
      id,
      externalId,
    ]);
  }

  /** Adds a product sold online under the SKU `SKU-<id>`. */
  async product(id: string, sku = `SKU-${id}`): Promise<void> {
    await this.pool.query(
      "insert into oms.product (product_id, product_type_id, is_virtual) values ($1, 'FINISHED_GOOD', false)",
      [id],
    );
    await this.pool.query(
      "insert into oms.good_identification values ('SKU', $1, '2025-01-01T00:00:00Z', null, $2)",
      [id, sku],
    );
    await this.pool.query("insert into oms.shopify_shop_product values ('SHOP', $1, $1)", [id]);
  }

  /** Adds facilities F1, F2, ... and products P1, P2, ..., sold online under the SKUs SKU-1, SKU-2, .... */
  async catalogue({
    facilities,
    products,
  }: {
    readonly facilities: number;
    readonly products: number;
  }): Promise<void> {
    const numbered = 'from generate_series(1, $1) n';
    await this.pool.query(`insert into oms.facility (facility_id) select 'F' || n ${numbered}`, [facilities]);
    for (const statement of [
      `insert into oms.product (product_id, product_type_id, is_virtual) select 'P' || n, 'FINISHED_GOOD', false ${numbered}`,
      `insert into oms.good_identification select 'SKU', 'P' || n, '2025-01-01T00:00:00Z', null, 'SKU-' || n ${numbered}`,
      `insert into oms.shopify_shop_product select 'SHOP', 'P' || n, 'P' || n ${numbered}`,
    ])
      await this.pool.query(statement, [products]);
    // As autovacuum does in an OMS of such a size: nobody has it join thousands of products by a plan for ten.
    await this.pool.query(
      'analyze oms.facility, oms.product, oms.good_identification, oms.shopify_shop_product',
    );
  }

  /** Adds an item with an opening stock, long before the night; `reserved` units are reserved for orders. */
  async stock(facility: string, product: string, quantity: number, reserved = 0): Promise<void> {
    await this.pool.query(
      'insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ($1, $2, $3)',
      [itemId(facility, product), product, facility],
    );
    await this.#detail(facility, product, quantity, quantity - reserved, '2026-01-01T00:00:00Z', null);
  }

  /** Adds a movement that Retail Pro knows by itself, such as a sale in the store. */
  async move(facility: string, product: string, quantity: number, at: string): Promise<void> {
    await this.#detail(facility, product, quantity, quantity, at, null);
  }

  async ship({ id, facility, product, quantity, cancelled = 0, at }: Shipment): Promise<void> {
    await this.pool.query(
      `insert into oms.item_issuance (item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity,
                                      cancel_quantity, issued_date_time)
       values ($1, 'ORDER-' || $1, $2, $3, $4, $5, $6, $7)`,
      [id, itemId(facility, product), facility, product, quantity, cancelled, at],
    );
    const net = cancelled - quantity;
    await this.#detail(facility, product, net, net, at, id);
  }

  async posting({
    id,
    of,
    type = 'INVOICE',
    facility,
    product,
    diff,
    sent,
    answered,
    booked,
  }: Posting): Promise<void> {
    await this.pool.query(
      `insert into oms.external_inventory_posting (posting_id, item_issuance_id, posting_type, facility_id, product_id,
                                                   quantity_diff, sent_at, response_at, external_posted_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, of ?? null, type, facility, product, diff, sent ?? null, answered ?? null, booked ?? null],
    );
  }

  async #detail(
    facility: string,
    product: string,
    onHand: number,
    available: number,
    at: string,
    issuance: string | null,
  ): Promise<void> {
    this.#details += 1;
    await this.pool.query(
      `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
              quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
       values ($1, $2, $3, $4, $5, $6)`,
      [itemId(facility, product), String(this.#details).padStart(5, '0'), at, onHand, available, issuance],
    );
  }

  /** Returns the present on-hand and available-to-promise counts; null if there is no item. */
  async onHand(facility: string, product: string): Promise<{ qoh: number; atp: number } | null> {
    const { rows } = await this.pool.query<{ qoh: number; atp: number }>(
      `select quantity_on_hand_total::float8 as qoh, available_to_promise_total::float8 as atp
         from oms.inventory_item where facility_id = $1 and product_id = $2`,
      [facility, product],
    );
    return rows[0] ?? null;
  }

  async exportProducts(overrides: ContextOverrides = {}): Promise<Json | undefined> {
    return this.tasks.run(exportTask, { connection: 'oms', query: 'active_products', to: ACTIVE }, overrides);
  }

  async freeze({ snapshot = { snapshot_at: T }, goLive, overrides = {} }: NightOptions = {}) {
    await this.exportProducts(overrides);
    const output = await this.tasks.run(
      variance,
      {
        connection: 'oms',
        external_system_id: SYSTEM,
        file: { ...snapshot },
        active: ACTIVE,
        to: 'sftp://retailpro/hotwax/inventory_variance',
        go_live: goLive,
      },
      overrides,
    );
    return varianceSchema.parse(output);
  }

  /** Publishes a filtered reset file as `filter` does. */
  async resetFile(
    rows: readonly CountRow[],
    snapshot: SnapshotFacts = { snapshot_at: T },
  ): Promise<PublishedFile> {
    const lines = rows.map(([facility, sku, count]) => `${facility},,SKU,${sku},${count},`);
    const content = `${['facilityId,externalFacilityId,idType,idValue,availableQty,comments', ...lines].join('\n')}\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const location = `sftp://retailpro/hotwax/reset_inventory/reset_inventory_${sha256.slice(0, 12)}.csv`;
    await this.tasks.files.put(location, content);
    return { location, sha256, rows: rows.length, ...snapshot };
  }

  async reset(file: PublishedFile, options: ApplyOptions = {}) {
    const output = await this.tasks.run(
      reset,
      {
        connection: options.connection ?? 'oms',
        external_system_id: SYSTEM,
        file,
        guards: options.guards ?? {},
        override: options.override ?? {},
        override_needs: options.overrideNeeds ?? 'reason',
      },
      options.overrides,
    );
    return resetSchema.parse(output);
  }

  async applyVariance(file: PublishedFile, options: ApplyOptions = {}) {
    const output = await this.tasks.run(
      applyVariance,
      { connection: options.connection ?? 'oms', external_system_id: SYSTEM, file },
      options.overrides,
    );
    return appliedSchema.parse(output);
  }

  /** Runs freeze, reset and variance. */
  async night(rows: readonly CountRow[], options: NightOptions = {}) {
    const frozen = await this.freeze(options);
    const file = await this.resetFile(rows, options.snapshot);
    const overrides = options.overrides ?? {};
    const resetOutput = await this.reset(file, { overrides });
    const applied = await this.applyVariance(frozen, { overrides });
    return { frozen, file, reset: resetOutput, applied };
  }

  /** Returns a digest of every row of every table, to show that nothing was changed. */
  async digest(): Promise<string> {
    return JSON.stringify(await omsDigest(this.pool));
  }
}

export interface ApplyOptions {
  readonly overrideNeeds?: 'reason' | 'approval';
  readonly connection?: string;
  readonly guards?: { max_rejected?: number; max_single_change?: number; max_total_change?: number };
  readonly override?: { readonly guards: string; readonly reason: string };
  readonly overrides?: ContextOverrides;
}

export function itemId(facility: string, product: string): string {
  return `${facility}/${product}`;
}

/** Returns a run of another date, scheduled for 05:00 UTC. */
export function runOf(date: string, token = `attempt-${date}`): ContextOverrides {
  return {
    run: {
      businessDate: Temporal.PlainDate.from(date),
      scheduledFor: Temporal.Instant.from(`${date}T05:00:00Z`),
    },
    attempt: { token },
  };
}

export async function openOmsWorld(
  t: TestContext,
  connections: (pool: Pool) => Readonly<Record<string, Pool>> = (pool) => ({ oms: pool }),
): Promise<OmsWorld> {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const tasks = await openTaskWorld({ postgres: connections(pool) });
  t.after(() => tasks[Symbol.asyncDispose]());
  return new OmsWorld(pool, tasks);
}
