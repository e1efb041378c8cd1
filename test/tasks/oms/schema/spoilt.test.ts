/** Spoils copies of the reference OMS, one fault each, and has `oms check` name it with its fix. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { checkSchema, type OmsReport } from '../../../../tasks/oms/schema/check_schema.ts';
import { readOnly } from '../../../../tasks/oms/schema/read_only.ts';
import type { Severity } from '../../../../tasks/oms/schema/required/table.ts';
import { testDatabase } from '../../../support/postgres/database.ts';

const REQUEST = { at: Temporal.Instant.from('2026-03-10T06:00:00Z'), idType: 'SKU' };

function check(pool: Pool): Promise<OmsReport> {
  return readOnly(pool, (client) => checkSchema(client, REQUEST));
}

/** Severity and place of a finding, and words of what was found and of the fix. */
type Named = readonly [severity: Severity, where: string, found: RegExp, fix: RegExp];

interface Spoilt {
  readonly fault: string;
  readonly spoil: string;
  readonly named: readonly Named[];
  /** `sql`: the findings' own SQL makes it clean again. Else what somebody did by the advice. */
  readonly mended: 'sql' | { readonly by: string };
}

const SPOILT: readonly Spoilt[] = [
  {
    fault: 'a missing column',
    spoil: 'alter table oms.external_inventory_posting drop column response_at',
    named: [['blocks', 'external_inventory_posting.response_at', /no such column/, /add it/]],
    mended: 'sql',
  },
  {
    fault: 'a missing table of the sync',
    spoil: 'drop table oms.inventory_sync_held_key',
    named: [['blocks', 'inventory_sync_held_key', /no such table/, /create it/]],
    mended: 'sql',
  },
  {
    fault: "a missing table of the OMS's own",
    spoil: 'alter table oms.shopify_shop_product set schema public',
    named: [['blocks', 'shopify_shop_product', /neither a table nor a view/, /columns product_id/]],
    mended: { by: 'create view oms.shopify_shop_product as select * from public.shopify_shop_product' },
  },
  {
    fault: 'an id that is a number',
    spoil: 'alter table oms.item_issuance alter column order_id type bigint using order_id::bigint',
    named: [['blocks', 'item_issuance.order_id', /is bigint and must be text/, /make it text/]],
    mended: 'sql',
  },
  {
    fault: "an indicator in OFBiz's way",
    spoil:
      "alter table oms.product alter column is_virtual type char(1) using case when is_virtual then 'Y' else 'N' end",
    named: [['blocks', 'product.is_virtual', /is character and must be boolean/, /make it boolean/]],
    mended: 'sql',
  },
  {
    fault: 'a time without its zone',
    spoil:
      "alter table oms.item_issuance alter column issued_date_time type timestamp using issued_date_time at time zone 'UTC'",
    named: [
      [
        'blocks',
        'item_issuance.issued_date_time',
        /zone of whoever reads/,
        /the zone in which the OMS writes it/,
      ],
    ],
    mended: 'sql',
  },
  {
    fault: "ids of OFBiz's length",
    spoil: 'alter table oms.inventory_item_variance alter column physical_inventory_id type varchar(20)',
    named: [['blocks', 'inventory_item_variance.physical_inventory_id', /holds 20 characters/, /widen it/]],
    mended: 'sql',
  },
  {
    fault: 'no unique pair of product and facility',
    spoil: 'alter table oms.inventory_item drop constraint one_item_per_product_and_facility',
    named: [
      ['risk', 'inventory_item (product_id, facility_id)', /same product_id and facility_id/, /unique index/],
    ],
    mended: 'sql',
  },
  {
    fault: 'nothing that keeps a night from being applied twice',
    spoil: 'alter table oms.inventory_sync_batch drop constraint applied_once_per_night_revision_and_system',
    named: [
      [
        'blocks',
        'inventory_sync_batch (kind, external_system_id, business_date, revision)',
        /applied twice/,
        /unique index/,
      ],
    ],
    mended: 'sql',
  },
  {
    fault: 'a missing index, and one that leaves rows out',
    spoil: `drop index oms.inventory_item_detail_by_effective_date;
            drop index oms.external_inventory_posting_by_issuance;
            create index on oms.external_inventory_posting (item_issuance_id) where posting_type = 'INVOICE'`,
    named: [
      ['risk', 'inventory_item_detail (effective_date)', /no index begins with effective_date/, /add one/],
      ['risk', 'external_inventory_posting (item_issuance_id)', /no index begins/, /add one/],
    ],
    mended: 'sql',
  },
  {
    fault: 'no trigger that keeps the totals',
    spoil: 'drop trigger inserted_details_add on oms.inventory_item_detail',
    named: [['blocks', 'inventory_item_detail', /no trigger keeps the totals/, /add a trigger/]],
    mended: 'sql',
  },
  {
    fault: 'a disabled trigger',
    spoil: 'alter table oms.inventory_item_detail disable trigger inserted_details_add',
    named: [['blocks', 'inventory_item_detail', /inserted_details_add.* is disabled/, /enable it/]],
    mended: 'sql',
  },
  {
    fault: 'totals that are not the sums',
    spoil: `insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ('I1', 'P1', 'F1'), ('I2', 'P2', 'F1');
            alter table oms.inventory_item disable trigger user;
            update oms.inventory_item set quantity_on_hand_total = 7 where inventory_item_id = 'I2';
            alter table oms.inventory_item enable trigger user`,
    named: [
      [
        'blocks',
        'inventory_item.quantity_on_hand_total',
        /1 of 2 items .* I2 says 7, its details sum to 0/,
        /sums/,
      ],
    ],
    mended: 'sql',
  },
  {
    fault: 'a column of the OMS that every row must give',
    spoil: 'alter table oms.inventory_item add column owner_party_id text not null',
    named: [['blocks', 'inventory_item.owner_party_id', /inserts rows without it/, /default/]],
    mended: 'sql',
  },
  {
    fault: 'no default, and a quantity that may be null',
    spoil: `alter table oms.inventory_item alter column available_to_promise_total drop default;
            alter table oms.item_issuance alter column quantity drop not null`,
    named: [
      ['blocks', 'inventory_item.available_to_promise_total', /has no default/, /give it the default 0/],
      ['risk', 'item_issuance.quantity', /may be null/, /fill the empty ones/],
    ],
    mended: 'sql',
  },
  {
    fault: 'several items of one product and facility',
    spoil: `alter table oms.inventory_item drop constraint one_item_per_product_and_facility;
            insert into oms.product (product_id, product_type_id) values ('P1', 'FINISHED_GOOD');
            insert into oms.shopify_shop_product (shop_id, product_id) values ('S', 'P1');
            insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ('I1', 'P1', 'F1'), ('I2', 'P1', 'F1')`,
    named: [
      [
        'blocks',
        'inventory_item',
        /1 pair .* several items, 1 of products sold online: F1 P1 \(I1, I2\)/,
        /guard refuses/,
      ],
      ['risk', 'inventory_item (product_id, facility_id)', /second item/, /merge such rows/],
    ],
    mended: {
      by: "delete from oms.inventory_item where inventory_item_id = 'I2'; create unique index on oms.inventory_item (facility_id, product_id); create index on oms.inventory_item (product_id, facility_id)",
    },
  },
  {
    fault: 'a view of two tables into which rows are to be inserted',
    spoil: `alter table oms.physical_inventory rename to counts;
            create view oms.physical_inventory as
            select c.physical_inventory_id, c.physical_inventory_date, c.general_comments from oms.counts c cross join (select 1) one limit 1000`,
    named: [['blocks', 'physical_inventory', /view that takes no rows/, /view of one table/]],
    mended: {
      by: 'create or replace view oms.physical_inventory as select physical_inventory_id, physical_inventory_date, general_comments from oms.counts',
    },
  },
  {
    fault: 'a view over a renamed table without its index, that reads times in the session zone',
    spoil: `alter table oms.item_issuance rename to shipped_item;
            alter table oms.shipped_item rename column product_id to article_id;
            alter table oms.shipped_item alter column issued_date_time type timestamp;
            drop index oms.item_issuance_by_product_and_facility;
            create view oms.item_issuance as
            select item_issuance_id, order_id, inventory_item_id, facility_id, article_id as product_id, quantity, cancel_quantity,
                   issued_date_time::timestamptz as issued_date_time
              from oms.shipped_item`,
    named: [
      ['risk', 'item_issuance.issued_date_time', /another setting of TimeZone/, /at time zone 'UTC'/],
      ['risk', 'item_issuance (product_id)', /no index begins with product_id/, /to oms\.shipped_item/],
    ],
    mended: {
      by: `create index on oms.shipped_item (article_id);
           create or replace view oms.item_issuance as
           select item_issuance_id, order_id, inventory_item_id, facility_id, article_id as product_id, quantity, cancel_quantity,
                  issued_date_time at time zone 'UTC' as issued_date_time
             from oms.shipped_item`,
    },
  },
  {
    fault: 'a session that may only read',
    spoil:
      "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$",
    named: [['blocks', 'role ', /default_transaction_read_only is on/, /turn it off/]],
    mended: 'sql',
  },
];

test('oms check finds the reference OMS clean', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const { findings, totals } = await check(pool);
  assert.deepEqual(findings, []);
  assert.equal(totals, 'by trigger inserted_details_add on oms.inventory_item_detail');
});

for (const { fault, spoil, named, mended } of SPOILT) {
  test(`oms check names ${fault}, and is clean once it is mended`, async (t) => {
    const { pool } = await testDatabase(t, { migrations: ['oms'] });
    await pool.query(spoil);
    await fresh(pool);
    const { findings } = await check(pool);
    const shown = JSON.stringify(findings, null, 1);
    assert.equal(findings.length, named.length, shown);
    for (const [index, [severity, where, found, fix]] of named.entries()) {
      const finding = findings[index];
      assert.equal(finding?.severity, severity, shown);
      assert.ok(finding.where === where || (where.endsWith(' ') && finding.where.startsWith(where)), shown);
      assert.match(finding.found, found);
      assert.match(finding.fix, fix);
    }
    const sql =
      mended === 'sql' ? findings.map((finding) => finding.sql ?? assert.fail(shown)).join('\n') : mended.by;
    await readWrite(pool, sql);
    await fresh(pool);
    assert.deepEqual((await check(pool)).findings, []);
  });
}

/** Ends the sessions, so that the next ones have the settings of now. */
async function fresh(pool: Pool): Promise<void> {
  const client = await pool.connect();
  client.release(true);
}

async function readWrite(pool: Pool, sql: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('set default_transaction_read_only = off');
    await client.query(sql);
  } finally {
    client.release(true);
  }
}
