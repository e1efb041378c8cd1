import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { assertStopped } from '../../support/night/oms_untouched.ts';
import { type CountRow, type OmsWorld, openOmsWorld, runOf } from './oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';

/** Opens F1 with P1 (10, of which 3 shipped unbooked: 7 left) and P2 (5). */
async function openStore(t: TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.product('P2');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F1', 'P2', 5);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  return oms;
}

const COUNTS: readonly CountRow[] = [
  ['F1', 'SKU-P1', 10],
  ['F1', 'SKU-P2', 5],
];

const assertRefused = (oms: OmsWorld, work: () => Promise<unknown>, message: RegExp) =>
  assertStopped(oms.pool, work, message);

test('a reset file whose content is not the published one is refused', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS);
  const text = await oms.tasks.files.text(file.location);
  await oms.tasks.files.put(file.location, text.replace(',10,', ',11,'));
  await assertRefused(
    oms,
    () => oms.reset(file),
    new RegExp(`its sha256 is [0-9a-f]{64}, and ${file.sha256} was published`),
  );
});

test('a reset file cut in its last row is refused', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS);
  const text = await oms.tasks.files.text(file.location);
  await oms.tasks.files.put(file.location, text.slice(0, -3));
  await assertRefused(oms, () => oms.reset(file), /line 3 has no line end/);
});

test('a reset file without a quantity column is refused, naming what it has', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS);
  const text = await oms.tasks.files.text(file.location);
  await oms.tasks.files.put(file.location, text.replace('availableQty', 'qty'));
  await assertRefused(oms, () => oms.reset(file), /no column availableQty \(found: facilityId, .*qty/);
});

test('an empty reset file is refused', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile([]);
  await assertRefused(oms, () => oms.reset(file), /has a header and no rows/);
});

test('more rejected rows than allowed are refused with the share, the bound and the first reasons', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile([...COUNTS, ['F9', 'SKU-P1', 1], ['F1', 'SKU-P1', '1.5']]);
  const message =
    /2 of 4 rows rejected, 50 %; at most 0\.5 % .*line 4: unknown facility F9; line 5: bad quantity "1\.5"/;
  await assertRefused(oms, () => oms.reset(file), message);
});

test('rejected rows within the bound are kept with their line and reason, and the rest is applied', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile([
    ['F1', 'SKU-P1', 10],
    ['F9', 'SKU-P1', 1],
    ['F1', 'SKU-NONE', 1],
    ['F1', 'SKU-P2', '+5'],
    ['', 'SKU-P2', 5],
  ]);
  const output = await oms.reset(file, { guards: { max_rejected: 0.8 } });
  assert.equal(output.rejected, 4);
  assert.equal(output.keys, 1);
  const { rows } = await oms.pool.query(
    'select line, reason, raw from oms.inventory_sync_reject order by line',
  );
  assert.deepEqual(rows, [
    { line: 3, reason: 'unknown facility F9', raw: 'F9,,SKU,SKU-P1,1,' },
    { line: 4, reason: 'unknown product SKU SKU-NONE', raw: 'F1,,SKU,SKU-NONE,1,' },
    { line: 5, reason: 'bad quantity "+5"', raw: 'F1,,SKU,SKU-P2,+5,' },
    { line: 6, reason: 'names no facility', raw: ',,SKU,SKU-P2,5,' },
  ]);
});

test('equal repeats of a key are collapsed, different ones hold it out', async (t) => {
  const oms = await openStore(t);
  const frozen = await oms.freeze();
  const file = await oms.resetFile([...COUNTS, ['F1', 'SKU-P2', 5], ['F1', 'SKU-P1', 11]]);
  const output = await oms.reset(file);
  assert.equal(output.collapsed, 1);
  assert.equal(output.conflicting_keys, 1);
  assert.equal(output.keys, 1);
  const applied = await oms.applyVariance(frozen);
  assert.equal(applied.skipped_uncovered, 1);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  const { rows } = await oms.pool.query('select product_id, reason, detail from oms.inventory_sync_held_key');
  assert.deepEqual(rows, [{ product_id: 'P1', reason: 'CONFLICTING_ROWS', detail: 'lines 2, 5 say 10, 11' }]);
});

test('one key changing by more than max_single_change is refused', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  // P1 from 7 to 10 and P2 from 5 to 105.
  const file = await oms.resetFile([
    ['F1', 'SKU-P1', 10],
    ['F1', 'SKU-P2', 105],
  ]);
  const single = /one key would change by 100 units; at most 99 are allowed \(guards\.max_single_change\)/;
  await assertRefused(oms, () => oms.reset(file, { guards: { max_single_change: 99 } }), single);
  const total =
    /counts would change by 103 units in all; at most 102 are allowed \(guards\.max_total_change\)/;
  await assertRefused(oms, () => oms.reset(file, { guards: { max_total_change: 102 } }), total);
  await oms.reset(file, { guards: { max_single_change: 100, max_total_change: 103 } });
});

test('a night that was never frozen is not reset', async (t) => {
  const oms = await openStore(t);
  const file = await oms.resetFile(COUNTS);
  await assertRefused(oms, () => oms.reset(file), /no expectation was frozen for RETAIL_PRO on 2026-03-10/);
});

test('a night whose expectations are gone is not reset', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  await oms.pool.query('delete from oms.inventory_sync_expectation');
  const file = await oms.resetFile(COUNTS);
  await assertRefused(oms, () => oms.reset(file), /2 expectations were frozen .* and there are 0/);
});

test('a file of another snapshot than the frozen one is refused, naming both', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS, { snapshot_at: '2026-03-10T03:15:00Z' });
  const message = /snapshot is 2026-03-10T03:15:00Z, and 2026-03-10 was frozen for 2026-03-10T03:00:00Z/;
  await assertRefused(oms, () => oms.reset(file), message);
  const own = await oms.resetFile(COUNTS, {
    snapshot_at: '2026-03-10T03:00:00Z',
    facilities: { F1: '2026-03-10T02:00:00Z' },
  });
  await assertRefused(oms, () => oms.reset(own), /F1 at 2026-03-10T02:00:00Z/);
});

test('P3: an older night is refused once a newer one is applied, naming both snapshots', async (t) => {
  const oms = await openStore(t);
  const older = { snapshot: { snapshot_at: '2026-03-09T03:00:00Z' }, overrides: runOf('2026-03-09') };
  const frozen = await oms.freeze(older);
  await oms.night(COUNTS);
  const file = await oms.resetFile(COUNTS, older.snapshot);
  const message =
    /snapshot 2026-03-09T03:00:00Z of 2026-03-09 is not after the snapshot 2026-03-10T03:00:00Z of 2026-03-10/;
  await assertRefused(oms, () => oms.reset(file, { overrides: older.overrides }), message);
  await assertRefused(oms, () => oms.applyVariance(frozen, { overrides: older.overrides }), message);
});

test('the same snapshot is not applied for a second date', async (t) => {
  const oms = await openStore(t);
  await oms.night(COUNTS);
  const overrides = runOf('2026-03-11');
  await oms.freeze({ overrides });
  const file = await oms.resetFile(COUNTS);
  await assertRefused(oms, () => oms.reset(file, { overrides }), /is not after the snapshot/);
});

test('a night frozen before the variance of the one before was applied is frozen again first', async (t) => {
  const oms = await openStore(t);
  const first = await oms.freeze();
  await oms.reset(await oms.resetFile(COUNTS));
  const next = { snapshot: { snapshot_at: '2026-03-11T03:00:00Z' }, overrides: runOf('2026-03-11') };
  await oms.freeze(next);
  await oms.applyVariance(first);
  const file = await oms.resetFile(COUNTS, next.snapshot);
  await assertRefused(
    oms,
    () => oms.reset(file, next),
    /frozen before another batch of RETAIL_PRO was applied/,
  );
  await oms.night(COUNTS, next);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
});

test('P2: a variance without its reset is refused', async (t) => {
  const oms = await openStore(t);
  const frozen = await oms.freeze();
  const message = /the reset of 2026-03-10 \(RESET-RETAIL_PRO-2026-03-10\) is not applied/;
  await assertRefused(oms, () => oms.applyVariance(frozen), message);
});

test('a variance file of an earlier freeze of the night is refused', async (t) => {
  const oms = await openStore(t);
  const stale = await oms.freeze();
  await oms.ship({ id: 'S2', facility: 'F1', product: 'P1', quantity: 1, at: BEFORE });
  await oms.freeze();
  await oms.reset(await oms.resetFile(COUNTS));
  await assertRefused(oms, () => oms.applyVariance(stale), /it has -3 for P1 at F1, and -4 was frozen/);
});

test('a changed variance file is refused', async (t) => {
  const oms = await openStore(t);
  const frozen = await oms.freeze();
  await oms.reset(await oms.resetFile(COUNTS));
  await oms.tasks.files.put(
    frozen.location,
    (await oms.tasks.files.text(frozen.location)).replace('-3', '-4'),
  );
  await assertRefused(oms, () => oms.applyVariance(frozen), /its sha256 is/);
});

test('a night without any variance publishes a header alone, and is applied and recorded', async (t) => {
  const oms = await openStore(t);
  await oms.pool.query('delete from oms.item_issuance');
  const night = await oms.night(COUNTS);
  assert.equal(night.frozen.rows, 0);
  assert.equal(night.applied.keys, 0);
  const { rows } = await oms.pool.query('select kind, rows from oms.inventory_sync_batch order by kind');
  assert.deepEqual(rows, [
    { kind: 'RESET', rows: 2 },
    { kind: 'VARIANCE', rows: 0 },
  ]);
});

test('the reset batch keeps the sha256 of the file the external system sent', async (t) => {
  const oms = await openStore(t);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS);
  await oms.reset({ ...file, source: { name: 'reset_inventory.csv', sha256: 'a'.repeat(64) } });
  const { rows } = await oms.pool.query('select file_sha256 from oms.inventory_sync_batch');
  assert.deepEqual(rows, [{ file_sha256: 'a'.repeat(64) }]);
});

test('facilities are named by either id, and two that disagree are no facility', async (t) => {
  const oms = await openStore(t);
  await oms.facility('F2', 'STORE-2');
  await oms.freeze();
  const content =
    'externalFacilityId,facilityId,idValue,availableQty\r\n' +
    'STORE-2,,SKU-P1,4\r\nSTORE-2,F1,SKU-P1,4\r\nSTORE-9,F1,"SKU-P1",6\r\n';
  const location = 'sftp://retailpro/hotwax/own.csv';
  await oms.tasks.files.put(location, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { location, sha256, rows: 3, snapshot_at: '2026-03-10T03:00:00Z' };
  const output = await oms.reset(file, { guards: { max_rejected: 0.5 } });
  assert.equal(output.rejected, 1);
  assert.equal((await oms.onHand('F2', 'P1'))?.qoh, 4);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 6);
});
