import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { freezeNight } from '../../../tasks/oms/freeze/freeze.ts';
import {
  appliedNights,
  deltasOf,
  findProduct,
  historyOf,
  nearIds,
  rejectsNaming,
  stockOf,
} from '../../../tasks/oms/items/read_item.ts';
import { selectProducts } from '../../../tasks/oms/products/list.ts';
import { checkNight } from '../../../tasks/oms/verify/verify.ts';
import { explained } from '../../support/engine/explain.ts';
import { BUSINESS_DATE, type CountRow, openOmsWorld, SYSTEM, T } from './oms_world.ts';

/**
 * The planner chooses the same plan from this number up to a million (verified once); a larger number would slow the
 * suite.
 */
const MOVEMENTS = 60_000;
const PRODUCTS = 20_000;
const ACTIVE = 100;
const NIGHTS = 1_000;
/** The products that each of those nights sets. */
const SET_PRODUCTS = 20;
const ITEMS = 5_000;
/** One each quarter of an hour of 200 days. */
const DELTA_FILES = 20_000;

/** The setting of the embedded server and most others; the test server has the default for hard disks. */
const ON_SSD = 'set local random_page_cost = 1.1';

/** Tables that grow over the years. */
const GROWING = [
  'external_inventory_posting',
  'external_inventory_reset',
  'inventory_item_detail',
  'inventory_item_variance',
  'inventory_sync_expectation',
  'item_issuance',
];

test('neither the variance nor the proof of a night reads a table that grows from end to end', async (t) => {
  const oms = await openOmsWorld(t);
  await fillLedger(oms.pool);
  for (let product = 1; product <= ACTIVE; product += 1) await oms.product(`P${product}`);
  const rows = Array.from({ length: ACTIVE }, (_, index): CountRow => ['F1', `SKU-P${index + 1}`, 50]);
  const { reset } = await oms.night(rows);
  assert.equal(reset.keys, ACTIVE);
  await oms.pool.query('vacuum analyze');

  const products = Array.from({ length: ACTIVE }, (_, index) => ({
    productId: `P${index + 1}`,
    idValue: `SKU-P${index + 1}`,
  }));
  const freeze = await explained(oms.pool, async (client) => {
    await client.query(ON_SSD);
    await freezeNight(client, {
      night: { externalSystemId: SYSTEM, businessDate: '2026-03-11', revision: 1 },
      snapshot: { at: Temporal.Instant.from(T).add({ hours: 24 }), facilities: {} },
      ...{ products, goLive: null, idType: 'SKU', unacknowledgedAfterMs: 1 },
    });
  });
  const proof = await explained(oms.pool, async (client) => {
    await client.query(ON_SSD);
    await checkNight(client, { externalSystemId: SYSTEM, businessDate: BUSINESS_DATE });
  });
  for (const [{ statements, fullReads }, atLeast] of [
    [freeze, 12],
    [proof, 9],
  ] as const) {
    assert.ok(statements >= atLeast, `only ${statements} statements were explained`);
    const growing = fullReads.filter(({ tables }) => tables.some((table) => GROWING.includes(table)));
    assert.deepEqual(growing, []);
  }
});

test('an OMS that grew since its statistics were taken has its active products listed without nested loops', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.product('FIRST');
  await oms.pool.query('analyze');
  const each = 'generate_series(1, 5000) n';
  for (const statement of [
    `insert into oms.product (product_id, product_type_id) select 'P' || n, 'FINISHED_GOOD' from ${each}`,
    `insert into oms.good_identification select 'SKU', 'P' || n, '2020-01-01', null, 'S' || n from ${each}`,
    `insert into oms.shopify_shop_product select 'SHOP', 'P' || n, 'X' || n from ${each}`,
  ])
    await oms.pool.query(statement);
  const request = { query: 'active_products', at: Temporal.Instant.from(T), idType: 'SKU' } as const;
  const { statements, nodeTypes } = await explained(oms.pool, async (client) => {
    assert.equal((await selectProducts(client, request)).length, 5001);
  });
  assert.equal(statements, 1);
  assert.ok(nodeTypes.has('Hash Join'));
  assert.ok(!nodeTypes.has('Nested Loop'), [...nodeTypes].join(', '));
});

test('the page of one item reads the thousand nights of a store by look-ups alone', async (t) => {
  const oms = await openOmsWorld(t);
  await fillNights(oms.pool);
  const place = { productId: 'P7', facilityId: null };
  const { statements, fullReads } = await explained(oms.pool, async (client) => {
    await client.query(ON_SSD);
    assert.equal((await findProduct(client, 'SKU-P7'))?.product_id, 'P7');
    assert.ok((await nearIds(client, 'SKU-P7x')).includes('SKU-P7'));
    // Only the oldest night moved it: every one of them is looked at.
    const stock = await stockOf(client, place, { nightsBack: NIGHTS, limit: 50 });
    assert.deepEqual(
      stock.rows.map(({ facility_id, before, after }) => [facility_id, before, after]),
      [
        ['F1', 3, 4],
        ['F2', null, null],
      ],
    );
    const nights = await appliedNights(client, null, 30);
    const batchIds = nights.map(({ batch_id }) => batch_id);
    const history = await historyOf(client, { ...place, batchIds, rows: 'all', limit: 600 });
    assert.equal(history.total, 30);
    await rejectsNaming(client, batchIds, { ids: ['SKU-P7'], limit: 100 });
    assert.equal((await deltasOf(client, place, 50)).length, 50);
  });
  assert.equal(statements, 8);
  // Two rows a night, which are few after a thousand nights, and sorted by when they were applied.
  const growing = fullReads.filter(({ tables }) => tables.some((table) => table !== 'inventory_sync_batch'));
  assert.deepEqual(growing, []);
});

/** Inserts nights that each set the same products of F1 to what they had, the first one to one more. */
async function fillNights(pool: Pool): Promise<void> {
  const each = `generate_series(1, ${NIGHTS}) n cross join generate_series(1, ${SET_PRODUCTS}) p`;
  const date = `date '2026-03-10' - n`;
  for (const statement of [
    `insert into oms.product (product_id, product_type_id) select 'P' || p, 'FINISHED_GOOD' from generate_series(1, ${ITEMS}) p`,
    `insert into oms.good_identification select 'SKU', 'P' || p, '2020-01-01', null, 'SKU-P' || p from generate_series(1, ${ITEMS}) p`,
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id, quantity_on_hand_total)
     select f || '/P' || p, 'P' || p, f, 4 from generate_series(1, ${ITEMS}) p cross join unnest(array['F1', 'F2']) f`,
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at, applied_at)
     select 'night ' || n, 'RESET', '${SYSTEM}', ${date}, ${date}, ${date} from generate_series(1, ${NIGHTS}) n`,
    `insert into oms.external_inventory_reset
     select 'night ' || n, 'F1', 'P' || p, 4, case n when ${NIGHTS} then 1 else 0 end from ${each} order by 1, 2, 3`,
    `insert into oms.inventory_sync_expectation (external_system_id, business_date, facility_id, product_id, ledger_qoh_at_snapshot)
     select '${SYSTEM}', ${date}, 'F1', 'P' || p, 4 from ${each}`,
    `insert into oms.inventory_sync_held_key
     select '${SYSTEM}', ${date}, 'F2', 'P' || 100 + p, 'AMBIGUOUS_POSTING' from generate_series(1, ${NIGHTS}) n, generate_series(1, 10) p`,
    `insert into oms.inventory_sync_reject select 'night ' || n, p, 'bad', 'F1,SKU-P' || p from generate_series(1, ${NIGHTS}) n, generate_series(1, 10) p`,
    `insert into oms.inventory_delta_batch (batch_id, external_system_id, file_sha256)
     select 'till ' || n, 'POS', lpad(n::text, 64, '0') from generate_series(1, ${DELTA_FILES}) n`,
    `insert into oms.inventory_delta (batch_id, line, facility_id, product_id, id_value, effective_date, quantity_diff, on_hand_before)
     select 'till ' || n, 1, 'F1', 'P' || 1 + n % ${SET_PRODUCTS}, 'SKU', timestamptz '2026-03-10' - n * interval '15 minutes', -1, 5
       from generate_series(1, ${DELTA_FILES}) n`,
    'vacuum analyze',
  ])
    await pool.query(statement);
}

/**
 * Inserts shipments of years, nearly all of products that are no longer active, each with its detail and its posting.
 */
async function fillLedger(pool: Pool): Promise<void> {
  for (const facility of ['F1', 'F2'])
    await pool.query('insert into oms.facility (facility_id) values ($1)', [facility]);
  const each = `generate_series(1, ${MOVEMENTS}) n`;
  const product = `'P' || 1 + n % ${PRODUCTS}`;
  const at = `timestamptz '2026-03-10T00:00:00Z' - n * interval '10 minutes'`;
  const item = `'F1/P' || 1 + n % ${PRODUCTS}`;
  for (const statement of [
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id)
     select f || '/P' || p, 'P' || p, f from generate_series(1, ${PRODUCTS}) p cross join unnest(array['F1', 'F2']) f`,
    `insert into oms.item_issuance (item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity, issued_date_time)
     select 'S' || n, 'O' || n, ${item}, 'F1', ${product}, 1, ${at} from ${each}`,
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
            quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
     select ${item}, 'D' || n, ${at}, -1, -1, 'S' || n from ${each}`,
    `insert into oms.external_inventory_posting (posting_id, item_issuance_id, posting_type, facility_id, product_id,
            quantity_diff, sent_at, response_at, external_posted_at)
     select 'B' || n, 'S' || n, 'INVOICE', 'F1', ${product}, -1, ${at}, ${at}, ${at} from ${each}`,
    `insert into oms.inventory_sync_expectation (external_system_id, business_date, facility_id, product_id)
     select '${SYSTEM}', date '2026-03-09' - n % 60, 'F1', 'P' || n from ${each}`,
    `insert into oms.external_inventory_reset (batch_id, facility_id, product_id, external_qoh, quantity_on_hand_diff)
     select 'night ' || n % 60, 'F1', 'P' || n, 0, 0 from ${each}`,
    `insert into oms.inventory_item_variance (inventory_item_id, physical_inventory_id)
     select ${item}, 'night ' || n from ${each}`,
    'vacuum analyze',
  ])
    await pool.query(statement);
}
