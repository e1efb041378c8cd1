import { startDurableDatabase } from './durable_database.ts';
import { readFileSync } from 'node:fs';
await using db = await startDurableDatabase();
const { pool } = db;
const MOVEMENTS = Number(process.env.M ?? 1_000_000), PRODUCTS = Number(process.env.P ?? 50_000), ACTIVE = Number(process.env.A ?? 500);
const each = `generate_series(1, ${MOVEMENTS}) n`;
const product = `'P' || 1 + n % ${PRODUCTS}`;
const at = `timestamptz '2026-03-10T00:00:00Z' - n * interval '1 minute'`;
const item = `'F1/P' || 1 + n % ${PRODUCTS}`;
for (const statement of [
    `insert into oms.facility (facility_id) values ('F1'), ('F2')`,
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
    'vacuum analyze',
]) await pool.query(statement);
const client = await pool.connect();
await client.query("begin; set local work_mem='128MB'");
const sql = (f: string) => readFileSync(`tasks/oms/freeze/${f}.sql`, 'utf8');
await client.query(sql('staging'));
await client.query("insert into frozen_product select 'P' || n, 'SKU-P' || n from generate_series(1, $1::int) n", [ACTIVE]);
await client.query('analyze frozen_product, frozen_facility');
const show = async (name: string, values: unknown[]) => {
  const { rows } = await client.query(`explain (analyze, buffers, timing off) ${sql(name)}`, values);
  console.log(name, '\n' + rows.map((r: any) => r['QUERY PLAN']).filter((l: string) => !/Buckets|Hash Cond|Planning:/.test(l)).join('\n'));
};
const T = '2026-03-10T03:00:00Z';
await show('stage_issued', [T, null]);
await client.query('analyze issued');
await show('stage_posted', [T]);
client.release(true);
