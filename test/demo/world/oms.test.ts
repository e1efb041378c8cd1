import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { checkTruth } from '../../../demo/report/truth.ts';
import { isSeeded, seedOms } from '../../../demo/world/oms/load.ts';
import { makeWorld, type World } from '../../../demo/world/world.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { handWorkedWorld } from './story.ts';

const SMALL = makeWorld({ seed: 'oms', products: 500, facilities: 8, activeProducts: 10 });

test('seeding fills the OMS, totals and all, and is known afterwards', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  assert.equal(await isSeeded(pool, SMALL), false);
  const shares: number[] = [];
  const rows = await seedOms(pool, SMALL, {
    progress: ({ done, total }) => shares.push(done / (total ?? 0)),
  });
  assert.equal(await isSeeded(pool, SMALL), true);
  assert.equal(await isSeeded(pool, makeWorld({ seed: 'other', products: 50, activeProducts: 2 })), false);
  assert.equal(shares.at(-1), 1);
  assert.equal(rows.product, 500);
  assert.equal(rows.facility, 9);
  assert.equal(
    await count(pool, 'select count(*)::integer as n from oms.good_identification'),
    rows.good_identification,
  );
  assert.equal(
    await count(
      pool,
      `select count(*)::integer as n from oms.inventory_item i
        where (quantity_on_hand_total, available_to_promise_total) is distinct from
              (select (sum(quantity_on_hand_diff), sum(available_to_promise_diff))
                 from oms.inventory_item_detail d where d.inventory_item_id = i.inventory_item_id)`,
    ),
    0,
  );
  assert.ok(
    (await count(
      pool,
      'select count(*)::integer as n from oms.inventory_item where quantity_on_hand_total <> 0',
    )) > 50,
  );
});

test('an OMS that has products is not seeded again, and an aborted seeding leaves none', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const abort = new AbortController();
  const aborted = seedOms(pool, SMALL, {
    signal: abort.signal,
    progress: () => abort.abort(new Error('enough')),
  });
  await assert.rejects(aborted, /enough/);
  assert.equal(await count(pool, 'select count(*)::integer as n from oms.product'), 0);

  await seedOms(pool, handWorkedWorld());
  await assert.rejects(seedOms(pool, SMALL), /has products already/);
});

test('before the night the counts are wrong, after it they hold, key by key', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const world = handWorkedWorld();
  await seedOms(pool, world);
  const before = await checkTruth(pool, world);
  // STORE_1/A is 7 and should be 5; both B are right by chance: the OMS knew of what was shipped.
  assert.deepEqual(before.I1, {
    checked: 3,
    violations: 1,
    examples: ['STORE_1/A: the details up to the snapshot sum to 7, not 5 (Retail Pro 8, variance -3)'],
  });
  assert.equal(before.I2.violations, 1);

  await correct(pool, ['STORE_1', 'A'], { VAR_EXT_RESET: 1, VAR_INTEGR: -3 });
  await correct(pool, ['STORE_1', 'B'], { VAR_EXT_RESET: 2, VAR_INTEGR: -2 });
  await correct(pool, ['STORE_2', 'B'], { VAR_EXT_RESET: -2, VAR_INTEGR: 2 });
  const after = await checkTruth(pool, world);
  assert.deepEqual(
    [after.I1, after.I2, after.I3, after.I4, after.I5].map(({ checked, violations }) => [
      checked,
      violations,
    ]),
    [
      [3, 0],
      [3, 0],
      [4, 0],
      [1, 0],
      [4, 0],
    ],
  );
  assert.deepEqual(after.keys, { covered: 3, ambiguous: 1, contradicted: 0, uncovered: 0, inactive: 0 });
});

test('a wrong count, a lost promise, a touched key and a second correction are each found', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const world = handWorkedWorld();
  await seedOms(pool, world);
  await correct(pool, ['STORE_1', 'A'], { VAR_EXT_RESET: 1, VAR_INTEGR: -3 });
  const sound = await checkTruth(pool, world);
  assert.deepEqual(violations(sound), [0, 0, 0, 0, 0]);

  await insertDetail(pool, ['STORE_1', 'B'], { qoh: 1, atp: 1, reason: 'VAR_EXT_RESET' });
  assert.deepEqual(violations(await checkTruth(pool, world)), [1, 1, 0, 0, 0]);

  await insertDetail(pool, ['STORE_2', 'A'], { qoh: 1, atp: 0, reason: 'VAR_EXT_RESET' });
  const touched = await checkTruth(pool, world);
  assert.deepEqual(violations(touched), [1, 1, 1, 1, 0]);
  assert.deepEqual(touched.I4.examples, ['STORE_2/A is ambiguous, yet its count went from 3/2 to 4/2']);

  await insertDetail(pool, ['STORE_1', 'B'], { qoh: -1, atp: -1, reason: 'VAR_EXT_RESET' });
  const twice = await checkTruth(pool, world);
  assert.deepEqual(violations(twice), [0, 0, 1, 1, 1]);
  assert.deepEqual(twice.I5.examples, ['STORE_1/B: corrected by 2 resets and 0 variances in one night']);
});

test('an item that the night made up is found', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const world = handWorkedWorld();
  await seedOms(pool, world);
  await pool.query(
    "insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ('X', 'C', 'STORE_1')",
  );
  const { I4 } = await checkTruth(pool, world);
  assert.deepEqual(I4.examples, ['STORE_1/C: the OMS got an item that the world does not know']);
});

test('every covered key of a made world comes right by what Retail Pro and the open shipments say', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  await seedOms(pool, SMALL);
  const before = await checkTruth(pool, SMALL);
  assert.ok(before.I1.violations > before.I1.checked / 2);
  assert.deepEqual(violations(before).slice(2), [0, 0, 0]);
  for (const truth of coveredOf(SMALL)) {
    const key = [truth.facilityId, truth.productId] as const;
    if (!truth.hasItem) await makeItem(pool, key);
    await correct(pool, key, {
      VAR_EXT_RESET: truth.retailproUnits - truth.before.atSnapshotUnits,
      VAR_INTEGR: truth.varianceUnits,
    });
  }
  assert.deepEqual(violations(await checkTruth(pool, SMALL)), [0, 0, 0, 0, 0]);
});

type Key = readonly [facilityId: string, productId: string];

function violations(check: Awaited<ReturnType<typeof checkTruth>>): readonly number[] {
  return [check.I1, check.I2, check.I3, check.I4, check.I5].map((finding) => finding.violations);
}

function coveredOf(world: World) {
  return [...world.truth.keys.values()].filter(({ standing }) => standing === 'covered');
}

async function correct(pool: Pool, key: Key, units: Readonly<Record<string, number>>): Promise<void> {
  for (const [reason, diff] of Object.entries(units)) {
    await insertDetail(pool, key, { qoh: diff, atp: diff, reason });
  }
}

/** Inserts a detail at the snapshot of the night of 2026-06-18. */
async function insertDetail(
  pool: Pool,
  [facilityId, productId]: Key,
  { qoh, atp, reason }: { readonly qoh: number; readonly atp: number; readonly reason: string },
): Promise<void> {
  const { rowCount } = await pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
                                            quantity_on_hand_diff, available_to_promise_diff, reason_enum_id)
     select inventory_item_id, 'N' || (select count(*) from oms.inventory_item_detail), '2026-06-18T03:45:00Z', $3, $4, $5
       from oms.inventory_item where facility_id = $1 and product_id = $2`,
    [facilityId, productId, qoh, atp, reason],
  );
  assert.equal(rowCount, 1);
}

async function makeItem(pool: Pool, [facilityId, productId]: Key): Promise<void> {
  await pool.query(
    'insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ($1, $2, $3)',
    [`NEW ${facilityId} ${productId}`, productId, facilityId],
  );
}

async function count(pool: Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(sql);
  return rows[0]?.n ?? Number.NaN;
}
