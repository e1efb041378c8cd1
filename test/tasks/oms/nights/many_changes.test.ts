import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyNight } from '../../../../tasks/oms/verify/verify.ts';
import { BUSINESS_DATE, type CountRow, openOmsWorld, SYSTEM } from '../oms_world.ts';

/** Enough facilities for the number of changes at which the posting is planned anew. */
const FACILITIES = 50;
const PRODUCTS = 1_000;

test('fifty thousand changes at once are all posted, and the session plans small batches as before', async (t) => {
  const oms = await openOmsWorld(t);
  const { pool } = oms;
  await oms.catalogue({ facilities: FACILITIES, products: PRODUCTS });
  const rows = Array.from({ length: FACILITIES * PRODUCTS }, (_, index): CountRow => {
    const product = 1 + (index % PRODUCTS);
    return [`F${1 + Math.floor(index / PRODUCTS)}`, `SKU-${product}`, 1 + (product % 7)];
  });
  const { reset } = await oms.night(rows);
  assert.equal(reset.changed_keys, FACILITIES * PRODUCTS);

  // In each store 142 times 1 to 7, which is 28 units, and once 2 to 7, which is 27.
  const { rows: sums } = await pool.query<{ units: number }>(
    'select sum(quantity_on_hand_total)::float8 as units from oms.inventory_item',
  );
  assert.equal(sums[0]?.units, FACILITIES * (142 * 28 + 27));
  const client = await pool.connect();
  try {
    const checks = await verifyNight(client, { externalSystemId: SYSTEM, businessDate: BUSINESS_DATE });
    for (const [invariant, { violations }] of Object.entries(checks)) assert.equal(violations, 0, invariant);
    assert.equal(checks.I1.checked, FACILITIES * PRODUCTS);
    const { rows: settings } = await client.query('show enable_nestloop');
    assert.deepEqual(settings, [{ enable_nestloop: 'on' }]);
  } finally {
    client.release();
  }
});
