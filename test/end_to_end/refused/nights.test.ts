import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testNight } from '../../support/night/night.ts';
import { assertRefused } from '../../support/night/refusal.ts';

/** 2025-01-15 was a good night: 1200 rows, 100 active products, snapshot of 04:45Z. */
const night = await testNight({ after });
await night.startWorker();
const { snapshotAt, file, site, pool, world } = night;
const good = await night.run();
assert.equal(good.run.state, 'success');

const BEFORE = Temporal.PlainDate.from('2025-01-14');
const NEXT = Temporal.PlainDate.from('2025-01-16');
const nextSnapshotAt = snapshotAt.add({ hours: 24 });

test('a file with far fewer rows than the last good night had is refused with both counts', async () => {
  const lines = file.toString().split('\n');
  await site.putReset({ snapshotAt: nextSnapshotAt, content: `${lines.slice(0, 901).join('\n')}\n` });
  await assertRefused(night, {
    date: NEXT,
    taskId: 'filter_reset_file',
    says: [
      /the file has 900 rows, 25 % fewer than the 1200 of the last good night; at most 20 % fewer is allowed \(guards\.max_row_drop\)/,
    ],
  });
});

test('the very file of an earlier night under a new name is refused where something was booked since', async () => {
  const [sold] = world.activeProducts;
  await pool.query(
    `insert into oms.external_inventory_posting (posting_id, posting_type, facility_id, product_id, quantity_diff, external_posted_at)
     values ('booked since', 'INVOICE', $1, $2, -1, $3)`,
    [world.facilities[0]?.facilityId, sold?.productId, snapshotAt.add({ hours: 12 }).toString()],
  );
  await site.clearOutgoing();
  await site.putReset({ snapshotAt: nextSnapshotAt, content: file, manifest: null });
  await assertRefused(night, {
    date: NEXT,
    taskId: 'filter_reset_file',
    says: [
      /the same file, sha256 [0-9a-f]{64}, was already applied for 2025-01-15, and -\d+ of \S+ at \S+ was booked after/,
    ],
  });
});

test('P3: an old night after a newer one is refused, and both snapshots are named', async () => {
  await site.putReset({ snapshotAt: snapshotAt.subtract({ hours: 24 }), content: file });
  await assertRefused(night, {
    date: BEFORE,
    taskId: 'wait_for_reset_file',
    says: [/its snapshot 2025-01-14T04:45:00Z is not after the last applied snapshot 2025-01-15T04:45:00Z/],
  });
});

test('one id on two active products is refused, and both are named', async () => {
  const [one, other] = world.activeProducts.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  if (one === undefined || other === undefined) assert.fail('the world has no two active products');
  const isCurrent = `good_identification_type_id = 'SKU' and thru_date is null`;
  const rename = (sku: string) =>
    pool.query(`update oms.good_identification set id_value = $2 where product_id = $1 and ${isCurrent}`, [
      other.productId,
      sku,
    ]);
  assert.equal((await rename(one.sku)).rowCount, 1);
  const [sku, first, second] = [one.sku, one.productId, other.productId].map(RegExp.escape);
  await assertRefused(night, {
    date: NEXT,
    taskId: 'export_active_products',
    says: [new RegExp(`one id names two active products: SKU ${sku} is on products ${first} and ${second}$`)],
  });
  await rename(other.sku);
});

test('an active list far shorter than that of the last good night is refused with both counts', async () => {
  await discontinue(world.activeProducts.slice(0, 25).map(({ productId }) => productId));
  await assertRefused(night, {
    date: NEXT,
    taskId: 'export_active_products',
    says: [
      /the active list has 75 products, 25 % fewer than the 100 of the last good night; at most 20 % fewer is allowed/,
    ],
  });
});

test('an empty active list is refused', async () => {
  await discontinue(world.activeProducts.map(({ productId }) => productId));
  await assertRefused(night, {
    date: NEXT,
    taskId: 'export_active_products',
    says: [/the active list is empty; at least 1 active product is needed/],
  });
});

async function discontinue(productIds: readonly string[]): Promise<void> {
  await pool.query(
    `update oms.product set sales_discontinuation_date = '2025-01-01T00:00:00Z' where product_id = any($1)`,
    [productIds],
  );
}
