/** A small OMS in a database of its own, and a world whose tasks work on it: store S1, products P1 and P2, ten units of each. */
import type { Pool } from 'pg';
import type { z } from 'zod';
import type { Json } from '../../../../runner/task.ts';
import { openTaskWorld, openTestDatabase, type TaskWorld } from '../../../../runner/testing.ts';

export interface TestOms extends AsyncDisposable {
  readonly pool: Pool;
  readonly world: TaskWorld;
}

export async function openOms(): Promise<TestOms> {
  await using undo = new AsyncDisposableStack();
  const { pool } = undo.use(await openTestDatabase({ migrations: ['oms'] }));
  const world = undo.use(await openTaskWorld({ postgres: { oms: pool } }));
  await pool.query(OPENING_STOCK);
  const kept = undo.move();
  return { pool, world, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Returns the units on hand of a product in S1. */
export async function onHand({ pool }: TestOms, productId: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ units: number }>(
    `select quantity_on_hand_total::integer as units
       from oms.inventory_item where facility_id = 'S1' and product_id = $1`,
    [productId],
  );
  return rows[0]?.units;
}

/** Returns a task's output as another task takes it. @throws ZodError where it does not take it */
export function outputFor<Schema extends z.ZodType>(
  schema: Schema,
  output: Json | undefined,
): z.input<Schema> {
  schema.parse(output);
  return output as z.input<Schema>;
}

/** S1 is `001` to the till. Two units of P1 were shipped before Retail Pro counted, and it knows nothing of them yet. */
const OPENING_STOCK = `
  insert into oms.facility (facility_id, external_id) values ('S1', '001');
  insert into oms.product (product_id, product_type_id, is_virtual)
  values ('P1', 'FINISHED_GOOD', false), ('P2', 'FINISHED_GOOD', false);
  insert into oms.good_identification
  values ('SKU', 'P1', '2025-01-01T00:00:00Z', null, 'A1'), ('SKU', 'P2', '2025-01-01T00:00:00Z', null, 'A2');
  insert into oms.shopify_shop_product values ('SHOP', 'P1', 'P1'), ('SHOP', 'P2', 'P2');
  insert into oms.inventory_item (inventory_item_id, product_id, facility_id)
  values ('S1/P1', 'P1', 'S1'), ('S1/P2', 'P2', 'S1');
  insert into oms.item_issuance (item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity,
                                 cancel_quantity, issued_date_time)
  values ('I1', 'ORDER-1', 'S1/P1', 'S1', 'P1', 2, 0, '2026-03-10T02:30:00Z');
  insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
                                         quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
  values ('S1/P1', '00001', '2026-01-01T00:00:00Z', 10, 10, null),
         ('S1/P2', '00002', '2026-01-01T00:00:00Z', 10, 10, null),
         ('S1/P1', '00003', '2026-03-10T02:30:00Z', -2, -2, 'I1');
`;
