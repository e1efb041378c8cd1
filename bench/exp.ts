import { startDurableDatabase } from './durable_database.ts';
await using db = await startDurableDatabase();
const { pool } = db;
const client = await pool.connect();
const q = async (name: string, sql: string) => { const t = performance.now(); await client.query(sql); console.log(name, ((performance.now() - t) / 1000).toFixed(2)); };
await client.query("create temp table src as select gen_random_uuid()::text as item, 'F' || (1 + n % 20) as f, 'P' || n / 20 as p, 10::numeric as q, (n % 7)::numeric as d, now() as t from generate_series(1, 500000) n order by random()");
await client.query('analyze src');
await client.query("set work_mem = '128MB'");
for (let round = 0; round < 2; round += 1) {
  await q('checkpoint', 'checkpoint');
  await q('reset unordered', "insert into oms.external_inventory_reset (batch_id, facility_id, product_id, external_qoh, quantity_on_hand_diff) select 'RESET:RETAIL_PRO:2026-03-1" + round + "', f, p, q, d from src");
  await q('reset ordered', "insert into oms.external_inventory_reset (batch_id, facility_id, product_id, external_qoh, quantity_on_hand_diff) select 'RESET:RETAIL_PRO:2027-03-1" + round + "', f, p, q, d from src order by f, p");
  await q('sort alone', 'select count(*) from (select f, p, q, d from src order by f, p offset 0) x');
  await client.query('create table if not exists bare (like oms.external_inventory_reset)');
  await q('no index', "insert into bare select 'RESET:RETAIL_PRO:2027-03-1" + round + "', f, p, q, d from src");
  await q('variance unordered', "insert into oms.inventory_item_variance select item, 'RESET:RETAIL_PRO:2026-03-1" + round + ":' || f, d, d, 'VAR' from src");
  await q('variance ordered', "insert into oms.inventory_item_variance select item, 'RESET:RETAIL_PRO:2027-03-1" + round + ":' || f, d, d, 'VAR' from src order by item");
}
client.release();
