import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { openOmsWorld, T } from '../oms_world.ts';
import { AFTER, applyAll, applyOne, BEFORE, type Line, list, posWorld, put } from './pos_world.ts';

test('sales and returns move on hand and available alike, two equal lines are two sales', async (t) => {
  const oms = await posWorld(t);
  await put(oms, 'a.csv', [
    ['SKU-P1', -1, BEFORE],
    ['SKU-P1', -1, BEFORE],
    ['SKU-P2', 3, AFTER],
    ['SKU-P2', 0, AFTER],
  ]);
  const [applied] = await applyAll(oms);
  assert.deepEqual(
    [
      applied?.rows,
      applied?.posted,
      applied?.keys,
      applied?.units_up,
      applied?.units_down,
      applied?.net_units,
    ],
    [4, 4, 2, 3, 2, 1],
  );
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 8, atp: 8 });
  assert.deepEqual(await oms.onHand('S1', 'P2'), { qoh: 13, atp: 13 });
  const { rows } = await oms.pool.query(
    `select line, quantity_diff::integer as diff, on_hand_before::integer as before, is_posted, file_name
       from audit.inventory_delta order by line`,
  );
  assert.deepEqual(rows, [
    { line: 2, diff: -1, before: 10, is_posted: true, file_name: 'a.csv' },
    { line: 3, diff: -1, before: 10, is_posted: true, file_name: 'a.csv' },
    { line: 4, diff: 3, before: 10, is_posted: true, file_name: 'a.csv' },
    { line: 5, diff: 0, before: 10, is_posted: true, file_name: 'a.csv' },
  ]);
});

test('the same bytes again, under the same name or another, are already applied and move nothing', async (t) => {
  const oms = await posWorld(t);
  const lines: readonly Line[] = [['SKU-P1', -4, BEFORE]];
  await put(oms, 'a.csv', lines);
  const [first] = await applyAll(oms);
  assert.equal(first?.already_applied, false);
  assert.deepEqual((await list(oms)).files, [], 'an applied file is listed again');

  await put(oms, 'renamed.csv', lines);
  oms.tasks.clock.now = oms.tasks.clock.now.add({ hours: 1 });
  await put(oms, 'a.csv', lines);
  const again = await applyAll(oms);
  assert.deepEqual(
    again.map(({ already_applied, batch_id, net_units }) => [already_applied, batch_id, net_units]),
    [
      [true, first?.batch_id, -4],
      [true, first?.batch_id, -4],
    ],
  );
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 6, atp: 6 });
  assert.deepEqual((await list(oms)).files, []);
});

test('the order in which files are applied makes no difference', async (t) => {
  const counts = [];
  for (const names of [
    ['1.csv', '2.csv', '3.csv'],
    ['3.csv', '1.csv', '2.csv'],
  ]) {
    const oms = await posWorld(t);
    await oms.night([['S1', 'SKU-P1', 7]]);
    await put(oms, '1.csv', [
      ['SKU-P1', -2, BEFORE],
      ['SKU-P2', -1, BEFORE],
    ]);
    await put(oms, '2.csv', [['SKU-P1', 5, AFTER]]);
    await put(oms, '3.csv', [
      ['SKU-P1', -1, AFTER],
      ['SKU-P2', 2, AFTER],
    ]);
    const { files } = await list(oms);
    for (const name of names) {
      await applyOne(
        oms,
        files.find((file) => file.name === name),
        { attempt: { token: name } },
      );
    }
    counts.push([(await oms.onHand('S1', 'P1'))?.qoh, (await oms.onHand('S1', 'P2'))?.qoh]);
    await assertProven(oms);
  }
  // P1: set to 7 at T, which has the early sale in it; then +5 and -1. P2 is not in the file: 10 - 1 + 2.
  assert.deepEqual(counts, [
    [11, 11],
    [11, 11],
  ]);
});

test('a sale before the snapshot belongs to L when it comes before the freeze, and stays beside the count when it is later', async (t) => {
  const oms = await posWorld(t);
  // 10 on the books. Two sold before T, three after it; Retail Pro, which had them all, counts 8 at T.
  await put(oms, 'a.csv', [
    ['SKU-P1', -2, BEFORE],
    ['SKU-P1', -3, AFTER],
  ]);
  await applyAll(oms);
  const night = await oms.night([['S1', 'SKU-P1', 8]]);
  assert.equal(night.reset.units, 0, 'L was 10 - 2 and RP 8');
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 5, atp: 5 });
  await assertProven(oms);
});

test('a sale before the snapshot that comes after the reset was counted by it: kept, and not posted', async (t) => {
  const oms = await posWorld(t);
  const night = await oms.night([['S1', 'SKU-P1', 8]]);
  await put(oms, 'late.csv', [
    ['SKU-P1', -2, BEFORE],
    ['SKU-P1', -1, T],
    ['SKU-P1', -3, AFTER],
    // Not in Retail Pro's file, so no count holds it.
    ['SKU-P2', -1, BEFORE],
  ]);
  const [applied] = await applyAll(oms);
  assert.deepEqual([applied?.posted, applied?.covered, applied?.net_units], [2, 2, -4]);
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 5, atp: 5 });
  assert.deepEqual(await oms.onHand('S1', 'P2'), { qoh: 9, atp: 9 });
  await assertProven(oms);
  const { rows } = await oms.pool.query(
    'select line, covered_by_batch_id from audit.inventory_delta where not is_posted order by line',
  );
  assert.deepEqual(rows, [
    { line: 2, covered_by_batch_id: night.reset.batch_id },
    { line: 3, covered_by_batch_id: night.reset.batch_id },
  ]);
});

test('a sale before the snapshot that comes between the freeze and the reset is added to the frozen ledger', async (t) => {
  const oms = await posWorld(t);
  const frozen = await oms.freeze();
  await oms.product('P3');
  await put(oms, 'between.csv', [
    ['SKU-P1', -2, BEFORE],
    ['SKU-P1', -3, AFTER],
    // Never seen here before: it has no item, and no expectation yet. Not frozen either, as it was not active then.
    ['SKU-P3', -1, BEFORE],
  ]);
  await applyAll(oms);
  const reset = await oms.reset(
    await oms.resetFile([
      ['S1', 'SKU-P1', 8],
      ['S1', 'SKU-P2', 10],
    ]),
  );
  await oms.applyVariance(frozen);
  assert.equal(reset.units, 0, 'L is 10 - 2 by now and RP 8');
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 5, atp: 5 });
  assert.deepEqual(await oms.onHand('S1', 'P3'), { qoh: -1, atp: -1 });
  await assertProven(oms);
});

test('a frozen night gets an expectation for a key that first moves between freeze and reset', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('S1', '001');
  await oms.product('P1');
  const frozen = await oms.freeze();
  await put(oms, 'between.csv', [['SKU-P1', 4, BEFORE]]);
  await applyAll(oms);
  const reset = await oms.reset(await oms.resetFile([['S1', 'SKU-P1', 9]]));
  await oms.applyVariance(frozen);
  // L = 4 by the delta, RP = 9.
  assert.equal(reset.net_units, 5);
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 9, atp: 9 });
  await assertProven(oms);
});

test('rejected lines within the bound are kept with their line and reason, the others applied', async (t) => {
  const oms = await posWorld(t);
  const good: Line[] = Array.from({ length: 16 }, () => ['SKU-P1', -1, BEFORE]);
  await put(oms, 'a.csv', [
    ...good,
    ['SKU-P1', -1, '2026-03-10'],
    ['SKU-P1', -1, '2026-03-10T09:00:00Z'],
    ['SKU-P1', -1, '2026-03-08 02:30'],
    ['SKU-P1', -1, BEFORE, '002'],
  ]);
  const [applied] = await applyAll(oms);
  assert.deepEqual([applied?.rows, applied?.posted, applied?.rejected], [20, 16, 4]);
  const { rows } = await oms.pool.query('select line, reason from oms.inventory_sync_reject order by line');
  assert.deepEqual(rows, [
    { line: 18, reason: '"2026-03-10" is not a date and time' },
    { line: 19, reason: 'its date 2026-03-10T09:00:00Z is in the future' },
    {
      line: 20,
      reason: '"2026-03-08 02:30" comes twice or not at all in America/New_York; an offset would say which',
    },
    { line: 21, reason: 'unknown external facility 002' },
  ]);
});

test('a wall time is read in the zone of the DAG, and a quiet quarter of an hour is a file without lines', async (t) => {
  const oms = await posWorld(t);
  // 22:30 in New York, an hour before T in UTC - 4.
  await put(oms, 'a.csv', [['SKU-P1', -1, '2026-03-09 22:30:00']]);
  await put(oms, 'quiet.csv', []);
  const [a, quiet] = await applyAll(oms);
  assert.equal(a?.posted, 1);
  assert.equal(quiet?.rows, 0);
  const { rows } = await oms.pool.query('select effective_date from audit.inventory_delta');
  assert.equal(rows[0].effective_date.toString(), '2026-03-10T02:30:00Z');
});

test('two attempts on one file at once apply it once', async (t) => {
  const oms = await posWorld(t);
  await put(oms, 'a.csv', [['SKU-P1', -1, BEFORE]]);
  const { files } = await list(oms);
  const outcomes = await Promise.all(
    ['x', 'y', 'z'].map((token) => applyOne(oms, files[0], { attempt: { token } })),
  );
  assert.equal(outcomes.filter(({ already_applied }) => !already_applied).length, 1);
  assert.deepEqual(await oms.onHand('S1', 'P1'), { qoh: 9, atp: 9 });
});
