/** Oddities of a real OMS and its partners: each is either handled, or named before a count is changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import exportTask from '../../../../tasks/export.ts';
import { assertProven } from '../assert_proven.ts';
import { type OmsWorld, openOmsWorld, runOf } from '../oms_world.ts';

const BEFORE = '2026-03-09T20:00:00Z';
const NEXT = '2026-03-11';
const NEXT_SNAPSHOT = { snapshot_at: '2026-03-11T03:00:00Z' };

async function open(t: import('node:test').TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  for (const facility of ['F1', 'F2']) await oms.facility(facility);
  await oms.product('P1');
  return oms;
}

/** Drops keys that a customer's own OMS may lack. */
async function dropKeysOfItems(oms: OmsWorld): Promise<void> {
  const { rows } = await oms.pool.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = 'oms.inventory_item'::regclass and contype = 'u'`,
  );
  for (const { name } of rows)
    await oms.pool.query(`alter table oms.inventory_item drop constraint "${name}"`);
}

const check = async (oms: OmsWorld) => {
  const params = exportTask.params.parse({
    connection: 'oms',
    query: 'active_products',
    to: 'artifact:a.csv',
  });
  const { connections, signal, now } = oms.tasks.context(params);
  return (await exportTask.check?.({ params, connections, signal, now })) ?? [];
};

test('a night works on an OMS whose items have no unique constraint, and makes the items that are missing once', async (t) => {
  const oms = await open(t);
  await dropKeysOfItems(oms);
  await oms.stock('F1', 'P1', 10);
  await oms.night([
    ['F1', 'SKU-P1', 7],
    ['F2', 'SKU-P1', 4],
  ]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 4);
  await assertProven(oms);
});

test('several inventory items for one count are named before the freeze and by doctor, and nothing is written', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  assert.deepEqual(
    (await check(oms)).map(({ verdict }) => verdict),
    ['ok'],
  );
  await dropKeysOfItems(oms);
  await oms.pool.query(
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ('second', 'P1', 'F1')`,
  );
  const before = await oms.digest();
  const sentence =
    /^1 count has several inventory items, and a file has one count for them: SKU-P1 \(product P1\) at F1: items F1\/P1, second; merge/;
  await assert.rejects(
    oms.freeze(),
    (error) => error instanceof Error && error.name === 'FailTask' && sentence.test(error.message),
  );
  assert.equal(await oms.digest(), before);
  const [, finding] = await check(oms);
  assert.equal(finding?.verdict, 'problem');
  assert.match(finding?.found ?? '', sentence);
});

test('an item that is doubled between the freeze and the reset stops the reset, and nothing is changed', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.freeze();
  await dropKeysOfItems(oms);
  await oms.pool.query(
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ('second', 'P1', 'F1')`,
  );
  const file = await oms.resetFile([['F1', 'SKU-P1', 7]]);
  await assert.rejects(oms.reset(file), /1 counts have 2 inventory items since the night was frozen/);
  assert.equal((await oms.pool.query('select from oms.inventory_sync_batch')).rowCount, 0);
});

test('an id that was given to another product is a warning with both, and the product without one is named', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.night([['F1', 'SKU-P1', 9]]);
  // P1 loses its id to PX on the day after.
  await oms.pool.query(
    `update oms.good_identification set thru_date = '2026-03-10T12:00:00Z' where product_id = 'P1'`,
  );
  await oms.product('PX', 'SKU-P1');
  oms.tasks.clock.now = Temporal.Instant.from('2026-03-11T05:00:00Z');
  await oms.night([['F1', 'SKU-P1', 8]], { snapshot: NEXT_SNAPSHOT, overrides: runOf(NEXT) });
  assert.equal((await oms.onHand('F1', 'PX'))?.qoh, 8);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 9);
  assert.deepEqual(oms.tasks.warnings, [
    '1 active product has no valid SKU, so that no file can count it: product P1',
    '1 id was given to another product, and the product before keeps its last count: ' +
      'SKU-P1 was product P1 on 2026-03-10 and is PX now',
  ]);
});

test('a transfer that both systems booked is no variance: 9 and 11 stay 9 and 11, on every night', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 10);
  await oms.move('F1', 'P1', -1, BEFORE);
  await oms.move('F2', 'P1', 1, BEFORE);
  await oms.posting({ id: 'O', type: 'SLIP_OUT', facility: 'F1', product: 'P1', diff: -1, booked: BEFORE });
  await oms.posting({ id: 'I', type: 'SLIP_IN', facility: 'F2', product: 'P1', diff: 1, booked: BEFORE });
  const rows = [
    ['F1', 'SKU-P1', 9],
    ['F2', 'SKU-P1', 11],
  ] as const;
  const first = await oms.night(rows);
  assert.equal(first.frozen.rows, 0);
  await oms.night(rows, { snapshot: NEXT_SNAPSHOT, overrides: runOf(NEXT) });
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 9);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 11);
  await assertProven(oms);
  await assertProven(oms, NEXT);
});

test('a slip without a shipment holds no count out, however unclear its instant is', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.posting({ id: 'O', type: 'SLIP_OUT', facility: 'F1', product: 'P1', diff: -1, sent: BEFORE });
  const { frozen } = await oms.night([['F1', 'SKU-P1', 9]]);
  assert.equal(frozen.ambiguous_keys, 0);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 9);
});

test('a return that the file does not have is taken back, and the night says which', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F2', 'P1', 10);
  // One unit comes back at F1 and Retail Pro is not told; at F2 a sale of the till is in both.
  await oms.move('F1', 'P1', 1, BEFORE);
  await oms.move('F2', 'P1', -2, BEFORE);
  const { reset } = await oms.night([
    ['F1', 'SKU-P1', 10],
    ['F2', 'SKU-P1', 8],
  ]);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 10);
  assert.deepEqual(reset.undone_entries, {
    count: 1,
    first: [{ sku: 'SKU-P1', quantity: 1, product_id: 'P1', facility_id: 'F1' }],
  });
  assert.match(
    oms.tasks.warnings.join(),
    /^1 count lost what the OMS had recorded in the 24 h before the snapshot and the file does not have, .*: SKU-P1 at F1 \(\+1\)$/,
  );
});

test('an attempt that finds its night applied, as the one before it died after the commit, warns of what the night left undone', async (t) => {
  const oms = await open(t);
  await oms.stock('F1', 'P1', 10);
  await oms.move('F1', 'P1', 1, BEFORE);
  await oms.freeze();
  const file = await oms.resetFile([['F1', 'SKU-P1', 10]]);
  await oms.reset(file);
  oms.tasks.warnings.length = 0;
  const { already_applied } = await oms.reset(file, { overrides: { attempt: { token: 'again' } } });
  assert.equal(already_applied, true);
  assert.match(oms.tasks.warnings[0] ?? '', /^nothing was changed: /);
  assert.match(
    oms.tasks.warnings[1] ?? '',
    /^1 count lost what the OMS had recorded .*: SKU-P1 at F1 \(\+1\)$/,
  );
});
