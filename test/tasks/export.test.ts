import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailTask } from '../../runner/task.ts';
import { ACTIVE, openOmsWorld } from './oms/oms_world.ts';

test('the active list has the physical products that are sold online, in one order', async (t) => {
  const oms = await openOmsWorld(t);
  // The run is due at 2026-03-10T05:00Z.
  for (const id of ['P2', 'P10', 'P1']) await oms.product(id);
  const change = (sql: string) => oms.pool.query(sql);
  await oms.product('VIRTUAL');
  await change("update oms.product set is_virtual = true where product_id = 'VIRTUAL'");
  await oms.product('DIGITAL');
  await change("update oms.product set product_type_id = 'DIGITAL_GOOD' where product_id = 'DIGITAL'");
  await oms.product('UNTYPED');
  await change("update oms.product set product_type_id = null where product_id = 'UNTYPED'");
  await oms.product('TOMORROW');
  await change(
    "update oms.product set introduction_date = '2026-03-10T05:00:01Z' where product_id = 'TOMORROW'",
  );
  await oms.product('NOW');
  await change("update oms.product set introduction_date = '2026-03-10T05:00:00Z' where product_id = 'NOW'");
  await oms.product('ENDED');
  await change(
    "update oms.product set sales_discontinuation_date = '2026-03-10T05:00:00Z' where product_id = 'ENDED'",
  );
  await oms.product('OFFLINE');
  await change("delete from oms.shopify_shop_product where product_id = 'OFFLINE'");
  await oms.product('EXPIRED_ID');
  await change(
    "update oms.good_identification set thru_date = '2026-03-01T00:00:00Z' where product_id = 'EXPIRED_ID'",
  );
  await oms.product('UNSURE');
  await change("update oms.product set is_virtual = null where product_id = 'UNSURE'");
  await change("insert into oms.shopify_shop_product values ('SECOND_SHOP', 'P1', 'x')");
  // A second id that is valid too: the newer one counts.
  await change(
    "insert into oms.good_identification values ('SKU', 'P2', '2026-02-01T00:00:00Z', null, '007,\"1E+05\"')",
  );

  const output = await oms.exportProducts();
  const text =
    'product_id,id_type,id_value\nNOW,SKU,SKU-NOW\nP1,SKU,SKU-P1\nP10,SKU,SKU-P10\n' +
    'P2,SKU,"007,""1E+05"""\nUNSURE,SKU,SKU-UNSURE\n';
  assert.equal(await oms.tasks.files.text(ACTIVE), text);
  const [published] = oms.tasks.files.published;
  assert.deepEqual(output, {
    location: ACTIVE,
    rows: 5,
    bytes: text.length,
    sha256: published?.sha256,
    without_id: { count: 1, first: ['EXPIRED_ID'] },
    overridden_guards: [],
  });
  assert.deepEqual(await oms.exportProducts(), output);
});

test('one id on two active products is refused, naming both', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.product('P1', 'TWICE');
  await oms.product('P2', 'TWICE');
  await assert.rejects(oms.exportProducts(), (error) => {
    assert.ok(error instanceof FailTask);
    assert.equal(error.message, 'one id names two active products: SKU TWICE is on products P1 and P2');
    return true;
  });
  await oms.pool.query(
    "update oms.product set sales_discontinuation_date = '2026-01-01T00:00:00Z' where product_id = 'P1'",
  );
  await oms.exportProducts();
});

test('an empty list is refused', async (t) => {
  const oms = await openOmsWorld(t);
  await assert.rejects(oms.exportProducts(), /the active list is empty/);
});

test('a list more than 20 % shorter than the last good one is refused, one exactly 20 % shorter is not', async (t) => {
  const oms = await openOmsWorld(t);
  for (const id of ['P1', 'P2', 'P3', 'P4']) await oms.product(id);
  oms.tasks.files.lastGood.set('task_under_test', { rows: 6 });
  await assert.rejects(
    oms.exportProducts(),
    /has 4 products, 33\.33 % fewer than the 6 of the last good night; at most 20 %/,
  );
  oms.tasks.files.lastGood.set('task_under_test', { rows: 5 });
  await oms.exportProducts();
});
