import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIVE, exportProducts } from '../support/night.ts';
import { openOms } from '../support/oms.ts';

test('the list holds the products that are sold online, by SKU', async () => {
  await using oms = await openOms();
  await oms.pool.query("delete from oms.shopify_shop_product where product_id = 'P2'");
  await exportProducts(oms);
  assert.equal(await oms.world.files.text(ACTIVE), 'product_id,id_type,id_value\nP1,SKU,A1\n');
});
