import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { testDatabase } from '../../support/postgres/database.ts';

const ITEMS = ['I1', 'I2', 'I3'];

async function openLedger(pool: Pool): Promise<void> {
  await pool.query(
    "insert into oms.inventory_item (inventory_item_id, product_id, facility_id) select i, i, 'F1' from unnest($1::text[]) i",
    [ITEMS],
  );
}

function insert(
  pool: Pool,
  rows: readonly (readonly [item: string, seq: string, qoh: number, atp: number])[],
) {
  return pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
            quantity_on_hand_diff, available_to_promise_diff)
     select x ->> 0, x ->> 1, now(), (x ->> 2)::numeric, (x ->> 3)::numeric from jsonb_array_elements($1) x`,
    [JSON.stringify(rows)],
  );
}

async function totals(pool: Pool): Promise<[number, number][]> {
  const { rows } = await pool.query<{ qoh: number; atp: number }>(
    `select quantity_on_hand_total::float8 as qoh, available_to_promise_total::float8 as atp
       from oms.inventory_item order by inventory_item_id`,
  );
  return rows.map(({ qoh, atp }) => [qoh, atp]);
}

test('totals follow inserts, updates, moves between items, deletes and truncation', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  await openLedger(pool);
  await insert(pool, [
    ['I1', '1', 10, 9],
    ['I1', '2', -3, -3],
    ['I2', '1', 5.5, 5],
  ]);
  assert.deepEqual(await totals(pool), [
    [7, 6],
    [5.5, 5],
    [0, 0],
  ]);
  await pool.query(
    "update oms.inventory_item_detail set quantity_on_hand_diff = -4 where inventory_item_detail_seq_id = '2'",
  );
  assert.deepEqual(await totals(pool), [
    [6, 6],
    [5.5, 5],
    [0, 0],
  ]);
  await pool.query(
    "update oms.inventory_item_detail set inventory_item_id = 'I3' where inventory_item_detail_seq_id = '2'",
  );
  assert.deepEqual(await totals(pool), [
    [10, 9],
    [5.5, 5],
    [-4, -3],
  ]);
  await pool.query("delete from oms.inventory_item_detail where inventory_item_id = 'I1'");
  assert.deepEqual(await totals(pool), [
    [0, 0],
    [5.5, 5],
    [-4, -3],
  ]);
  await pool.query('truncate oms.inventory_item_detail');
  assert.deepEqual(await totals(pool), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test('a total that is written by hand is replaced by the sum of the details', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  await openLedger(pool);
  await insert(pool, [['I1', '1', 10, 9]]);
  await pool.query(
    'update oms.inventory_item set quantity_on_hand_total = 99, available_to_promise_total = 99',
  );
  await pool.query(
    "insert into oms.inventory_item (inventory_item_id, product_id, facility_id, quantity_on_hand_total) values ('I4', 'I4', 'F1', 7)",
  );
  assert.deepEqual(await totals(pool), [
    [10, 9],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test('a detail needs its item, and an item with details stays', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  await openLedger(pool);
  await assert.rejects(
    insert(pool, [
      ['I1', '1', 1, 1],
      ['NONE', '1', 1, 1],
    ]),
    /1 of the details' inventory items do not exist, e\.g\. NONE/,
  );
  await insert(pool, [['I1', '1', 1, 1]]);
  await assert.rejects(
    pool.query("delete from oms.inventory_item where inventory_item_id = 'I1'"),
    /has details/,
  );
  await pool.query("delete from oms.inventory_item where inventory_item_id = 'I2'");
});

test('after any sequence of statements the totals are the sums', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  await openLedger(pool);
  const item = fc.constantFrom(...ITEMS);
  const quantity = fc.integer({ min: -9, max: 9 });
  const statement = fc.oneof(
    fc.array(fc.tuple(item, quantity, quantity), { maxLength: 6 }),
    fc.record({ update: item, quantity }),
    fc.record({ remove: item }),
    fc.record({ from: item, to: item }),
  );
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { maxLength: 8 }), async (statements) => {
      for (const what of statements) {
        if (Array.isArray(what))
          await insert(
            pool,
            what.map(([id, qoh, atp]) => [id, String(seq++), qoh, atp]),
          );
        else if ('update' in what) {
          await pool.query(
            'update oms.inventory_item_detail set available_to_promise_diff = $2 where inventory_item_id = $1',
            [what.update, what.quantity],
          );
        } else if ('remove' in what) {
          await pool.query('delete from oms.inventory_item_detail where inventory_item_id = $1', [
            what.remove,
          ]);
        } else {
          await pool.query(
            'update oms.inventory_item_detail set inventory_item_id = $2 where inventory_item_id = $1',
            [what.from, what.to],
          );
        }
      }
      const { rows } = await pool.query(
        `select i.inventory_item_id from oms.inventory_item i left join oms.inventory_item_detail d using (inventory_item_id)
          group by i.inventory_item_id
         having i.quantity_on_hand_total <> coalesce(sum(d.quantity_on_hand_diff), 0)
             or i.available_to_promise_total <> coalesce(sum(d.available_to_promise_diff), 0)`,
      );
      assert.deepEqual(rows, []);
    }),
    { numRuns: 40 },
  );
});
