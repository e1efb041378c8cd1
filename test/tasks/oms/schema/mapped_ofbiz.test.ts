/** Follows docs/your_oms.md on OFBiz's tables, as its entity engine makes them on Postgres. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSchema } from '../../../../tasks/oms/schema/check_schema.ts';
import { readOnly } from '../../../../tasks/oms/schema/read_only.ts';
import { blocksOf, page } from '../../../docs/pages.ts';
import { testDatabase } from '../../../support/postgres/database.ts';

const OFBIZ = `
create table product (product_id varchar(20) primary key, internal_name varchar(255), product_type_id varchar(20), is_virtual char(1),
  introduction_date timestamptz, sales_discontinuation_date timestamptz);
create table good_identification (good_identification_type_id varchar(20), product_id varchar(20), id_value varchar(60),
  primary key (good_identification_type_id, product_id));
create table facility (facility_id varchar(20) primary key, external_id varchar(60));
create table shopify_shop_product (shop_id varchar(20), product_id varchar(20), shopify_product_id varchar(60), primary key (shop_id, product_id));
create table inventory_item (inventory_item_id varchar(20) primary key, inventory_item_type_id varchar(20), product_id varchar(20),
  facility_id varchar(20), location_seq_id varchar(20), quantity_on_hand_total numeric(18,6), available_to_promise_total numeric(18,6));
create table inventory_item_detail (inventory_item_id varchar(20), inventory_item_detail_seq_id varchar(20), effective_date timestamptz,
  quantity_on_hand_diff numeric(18,6), available_to_promise_diff numeric(18,6), reason_enum_id varchar(20), item_issuance_id varchar(20),
  physical_inventory_id varchar(20), primary key (inventory_item_id, inventory_item_detail_seq_id));
create table item_issuance (item_issuance_id varchar(20) primary key, order_id varchar(20), inventory_item_id varchar(20),
  quantity numeric(18,6), cancel_quantity numeric(18,6), issued_date_time timestamptz);
create index on inventory_item (product_id);
create table physical_inventory (physical_inventory_id varchar(20) primary key, physical_inventory_date timestamptz, general_comments varchar(255));
create table inventory_item_variance (inventory_item_id varchar(20), physical_inventory_id varchar(20), quantity_on_hand_var numeric(18,6),
  available_to_promise_var numeric(18,6), variance_reason_id varchar(20), primary key (inventory_item_id, physical_inventory_id));
`;

test('the page maps OFBiz by views: the sync lacks its own tables alone, and what it inserts moves the totals', async (t) => {
  const { pool } = await testDatabase(t);
  await pool.query(OFBIZ);
  for (const { text } of blocksOf(page('your_oms.md'), 'sql ofbiz')) await pool.query(text);
  const check = () =>
    readOnly(pool, (client) =>
      checkSchema(client, { at: Temporal.Instant.from('2026-03-10T06:00:00Z'), idType: 'SKU' }),
    );

  const { findings } = await check();
  const ofSync = findings.filter(({ found }) => found.startsWith('there is no such table; the sync keeps'));
  await pool.query(ofSync.map(({ sql }) => sql ?? '').join('\n'));
  // That a join gives each row once, the catalog does not tell.
  assert.deepEqual(
    (await check()).findings.map(({ severity, where }) => [severity, where]),
    [['note', 'item_issuance (item_issuance_id)']],
  );

  await pool.query(
    "insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values (gen_random_uuid()::text, 'P1', 'F1')",
  );
  await pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff)
     select inventory_item_id, 'RESET-RETAIL_PRO-2026-03-10', now(), 5, 4 from oms.inventory_item`,
  );
  const { rows } = await pool.query(
    'select quantity_on_hand_total::integer as on_hand, available_to_promise_total::integer as available from inventory_item',
  );
  assert.deepEqual(rows, [{ on_hand: 5, available: 4 }]);
});
