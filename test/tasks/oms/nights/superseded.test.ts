/** Nights on which a newer file of their own date is applied on top. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { assertProven } from '../assert_proven.ts';
import { BUSINESS_DATE, type OmsWorld, openOmsWorld, T } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';
/** An hour after the first file's snapshot. */
const T2 = '2026-03-10T04:00:00Z';
const SECOND = { snapshot_at: T2, revision: 2 };

/**
 * Opens a night: P1 has 10 and ships 3, P2 has 10 and ships 4, and Retail Pro booked neither. Its first file has 20
 * and 12: L is 7 and 6, so that the reset is +13 and +6, and V is -3 and -4.
 */
async function openNight(t: TestContext) {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  for (const product of ['P1', 'P2']) {
    await oms.product(product);
    await oms.stock('F1', product, 10);
  }
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.ship({ id: 'S2', facility: 'F1', product: 'P2', quantity: 4, at: BEFORE });
  const frozen = await oms.freeze();
  const file = await oms.resetFile([
    ['F1', 'SKU-P1', 20],
    ['F1', 'SKU-P2', 12],
  ]);
  return { oms, frozen, file };
}

const token = (name: string) => ({ overrides: { attempt: { token: name } } });

async function counts(oms: OmsWorld): Promise<readonly (number | undefined)[]> {
  return [(await oms.onHand('F1', 'P1'))?.qoh, (await oms.onHand('F1', 'P2'))?.qoh];
}

test('a newer file is applied on top of a night that is done: L holds the first revision, and V is frozen anew', async (t) => {
  const { oms, frozen, file } = await openNight(t);
  await oms.reset(file);
  await oms.applyVariance(frozen);
  assert.deepEqual(await counts(oms), [17, 8]);
  // Between the snapshots 2 more of P1 leave, unbooked too: L is 15, and V -5.
  await oms.ship({ id: 'S3', facility: 'F1', product: 'P1', quantity: 2, at: '2026-03-10T03:30:00Z' });
  const second = await oms.night(
    [
      ['F1', 'SKU-P1', 33],
      ['F1', 'SKU-P2', 12],
    ],
    { snapshot: SECOND, ...token('second') },
  );
  assert.equal(second.reset.batch_id, 'RESET-RETAIL_PRO-2026-03-10-r2');
  // 33 - 15 and 12 - 8.
  assert.equal(second.reset.net_units, 22);
  assert.equal(second.applied.net_units, -9);
  assert.deepEqual(await counts(oms), [28, 8]);
  await assertProven(oms);
});

test('a variance still pending is settled with the reset that supersedes it: keys that the new file leaves out get it then', async (t) => {
  const { oms, frozen, file } = await openNight(t);
  await oms.reset(file);
  assert.deepEqual(await counts(oms), [20, 12]);

  const refrozen = await oms.freeze({ snapshot: SECOND, ...token('second') });
  const newer = await oms.resetFile([['F1', 'SKU-P1', 33]], SECOND);
  const reset = await oms.reset(newer, token('second'));
  assert.deepEqual(reset.settled_variance, {
    batch_id: 'VARIANCE-RETAIL_PRO-2026-03-10',
    keys: 1,
    units: 4,
    net_units: -4,
  });
  assert.deepEqual(await counts(oms), [33, 8]);
  await assertProven(oms);

  const before = await oms.digest();
  await assert.rejects(
    oms.applyVariance(frozen, token('late')),
    /this variance is of revision 1 of 2026-03-10, which revision 2, as of 2026-03-10T04:00:00Z, has superseded/,
  );
  assert.equal(await oms.digest(), before);

  const applied = await oms.applyVariance(refrozen, token('second'));
  assert.equal(applied.net_units, -3);
  assert.equal(applied.skipped_uncovered, 1);
  assert.deepEqual(await counts(oms), [30, 8]);
  await assertProven(oms);
});

test('a night may be superseded twice, each time against what the one before left', async (t) => {
  const { oms, frozen, file } = await openNight(t);
  await oms.reset(file);
  await oms.applyVariance(frozen);
  for (const [revision, count] of [
    [2, 33],
    [3, 40],
  ] as const) {
    const snapshot = { snapshot_at: T2, revision };
    await oms.night([['F1', 'SKU-P1', count]], { snapshot, ...token(`revision ${revision}`) });
    assert.deepEqual(await counts(oms), [count - 3, 8]);
    await assertProven(oms);
  }
});

test('of four resets and four variances of a revision at once, one each applies', async (t) => {
  const { oms, file } = await openNight(t);
  await oms.reset(file);
  const refrozen = await oms.freeze({ snapshot: SECOND, ...token('second') });
  const newer = await oms.resetFile([['F1', 'SKU-P1', 33]], SECOND);
  const tokens = ['a', 'b', 'c', 'd'];
  const resets = await Promise.all(tokens.map((name) => oms.reset(newer, token(name))));
  assert.deepEqual(resets.map((output) => output.already_applied).sort(), [false, true, true, true]);
  const variances = await Promise.all(tokens.map((name) => oms.applyVariance(refrozen, token(name))));
  assert.deepEqual(variances.map((output) => output.already_applied).sort(), [false, true, true, true]);
  assert.deepEqual(await counts(oms), [30, 8]);
  const unchanged = oms.tasks.warnings.filter((warning) => warning.startsWith('nothing'));
  assert.equal(unchanged.length, 6);
  assert.match(
    unchanged[0] ?? '',
    /^nothing was changed: RESET-RETAIL_PRO-2026-03-10-r2 was applied before, at /,
  );
  await assertProven(oms);
});

test('another file for a night that is applied is refused unless it is declared a revision, and changes nothing', async (t) => {
  const { oms, frozen, file } = await openNight(t);
  await oms.reset(file);
  await oms.applyVariance(frozen);
  const newer = await oms.resetFile([['F1', 'SKU-P1', 33]], { snapshot_at: T2 });
  const before = await oms.digest();
  await assert.rejects(
    oms.reset(newer, token('second')),
    /2026-03-10 is applied from another file: RESET-RETAIL_PRO-2026-03-10 as of 2026-03-10T03:00:00Z.*nothing was changed/,
  );
  assert.equal(await oms.digest(), before);
});

test('a revision counted before the one that is applied is refused, also where only one store was', async (t) => {
  const { oms, file } = await openNight(t);
  await oms.reset(file);
  const before = await oms.digest();
  await assert.rejects(
    oms.freeze({ snapshot: { snapshot_at: '2026-03-10T02:00:00Z', revision: 2 }, ...token('second') }),
    /the file, facility F1 counted before the file|the file counted before the file that is applied/,
  );
  await assert.rejects(
    oms.freeze({
      snapshot: { snapshot_at: T2, facilities: { F1: '2026-03-10T02:00:00Z' }, revision: 2 },
      ...token('second'),
    }),
    /facility F1 counted before the file that is applied: .*older counts do not supersede newer ones/,
  );
  assert.equal(await oms.digest(), before);
});

test('a revision that does not follow the newest one applied is refused before anything is frozen', async (t) => {
  const { oms, file } = await openNight(t);
  await assert.rejects(
    oms.freeze({ snapshot: SECOND }),
    /found for revision 2 of 2026-03-10, and revision 1 is the next/,
  );
  await oms.reset(file);
  await assert.rejects(
    oms.freeze({ snapshot: { ...SECOND, revision: 3 } }),
    /found for revision 3 of 2026-03-10, and revision 2 is the next/,
  );
});

test('what the audit views say of a superseded night names the revision of each change', async (t) => {
  const { oms, frozen, file } = await openNight(t);
  await oms.reset(file);
  await oms.applyVariance(frozen);
  await oms.night([['F1', 'SKU-P1', 33]], { snapshot: SECOND, ...token('second') });
  const { rows } = await oms.pool.query(
    `select revision, kind, trim_scale(quantity_before)::text as before, trim_scale(quantity_after)::text as after
       from audit.inventory_change where product_id = 'P1' and business_date = $1 order by revision, kind`,
    [BUSINESS_DATE],
  );
  assert.deepEqual(rows, [
    { revision: 1, kind: 'RESET', before: '7', after: '20' },
    { revision: 1, kind: 'VARIANCE', before: '20', after: '17' },
    { revision: 2, kind: 'RESET', before: '17', after: '33' },
    { revision: 2, kind: 'VARIANCE', before: '33', after: '30' },
  ]);
  assert.equal(T < T2, true);
});
