import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { assertStopped } from '../../support/night/oms_untouched.ts';
import { type CountRow, type OmsWorld, openOmsWorld, runOf } from '../oms/oms_world.ts';

/** Opens facility F1 with the given number of products, 10 of each; the night of 2026-03-10 is frozen. */
async function openStore(t: TestContext, products: number): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  for (let id = 1; id <= products; id++) {
    await oms.product(`P${id}`);
    await oms.stock('F1', `P${id}`, 10);
  }
  await oms.freeze();
  return oms;
}

const counts = (units: Readonly<Record<string, number | string>>): readonly CountRow[] =>
  Object.entries(units).map(([product, count]) => ['F1', `SKU-${product}`, count]);

/** Runs each trial in its own world, since a night is applied once. */
async function resets(t: TestContext, trial: Parameters<typeof trialOf>[1]): Promise<OmsWorld> {
  const oms = await openStore(t, 3);
  await trialOf(oms, trial)();
  return oms;
}

function trialOf(
  oms: OmsWorld,
  { rows, guards = {} }: { rows: readonly CountRow[]; guards?: Record<string, number> },
) {
  return async () => oms.reset(await oms.resetFile(rows), { guards });
}

// P1 from 10 to 17, P2 from 10 to 5: one key by 7, both together by 12.
const CHANGES = counts({ P1: 17, P2: 5, P3: 10 });

test('P7: max_single_change: 7 units pass a bound of 8 and of 7, and not one of 6', async (t) => {
  for (const bound of [8, 7]) await resets(t, { rows: CHANGES, guards: { max_single_change: bound } });
  const oms = await openStore(t, 3);
  await assertStopped(
    oms.pool,
    trialOf(oms, { rows: CHANGES, guards: { max_single_change: 6 } }),
    /one key would change by 7 units; at most 6 are allowed \(guards\.max_single_change\)/,
    /if the figure is right, raise guards\.max_single_change of task_under_test/,
  );
});

test('P7: max_total_change: 12 units up and down pass a bound of 13 and of 12, and not one of 11', async (t) => {
  for (const bound of [13, 12]) await resets(t, { rows: CHANGES, guards: { max_total_change: bound } });
  const oms = await openStore(t, 3);
  await assertStopped(
    oms.pool,
    trialOf(oms, { rows: CHANGES, guards: { max_total_change: 11 } }),
    /counts would change by 12 units in all; at most 11 are allowed \(guards\.max_total_change\)/,
  );
});

test('max_single_change and max_total_change are off until they are set', async (t) => {
  const oms = await resets(t, { rows: counts({ P1: 999_999_999 }) });
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 999_999_999);
});

test('P7: max_rejected: 1 line of 5 and of 4 pass a bound of a quarter, 1 of 3 does not, and is kept with the run', async (t) => {
  const guards = { max_rejected: 0.25 };
  const unknown: CountRow = ['F9', 'SKU-P1', 4];
  const repeat: CountRow = ['F1', 'SKU-P1', 10];
  const good = counts({ P1: 10, P2: 10, P3: 10 });
  for (const rows of [
    [...good, repeat, unknown],
    [...good, unknown],
  ]) {
    const oms = await resets(t, { rows, guards });
    const { rows: kept } = await oms.pool.query('select line, reason, raw from oms.inventory_sync_reject');
    assert.deepEqual(kept, [
      { line: rows.length + 1, reason: 'unknown facility F9', raw: 'F9,,SKU,SKU-P1,4,' },
    ]);
  }
  const oms = await openStore(t, 3);
  const remedy = await assertStopped(
    oms.pool,
    trialOf(oms, { rows: [...good.slice(1), unknown], guards }),
    /1 of 3 rows rejected, 33\.33 %; at most 25 % are allowed \(guards\.max_rejected\); line 4: unknown facility F9/,
  );
  assert.deepEqual(remedy, { artifact: { label: 'see all rejected rows', name: 'reset_rejects.csv' } });
  assert.equal(
    await oms.tasks.files.text('artifact:reset_rejects.csv'),
    'line,reason,raw\n4,unknown facility F9,"F9,,SKU,SKU-P1,4,"\n',
  );
});

test('a newer snapshot in the counts: one a second older passes, the same and a second newer do not', async (t) => {
  const rows = counts({ P1: 10 });
  const next = (snapshot_at: string) => ({ snapshot: { snapshot_at }, overrides: runOf('2026-03-11') });
  for (const second of ['02:59:59', '03:00:00']) {
    const oms = await openStore(t, 1);
    await oms.night(rows);
    const late = next(`2026-03-10T${second}Z`);
    await oms.freeze(late);
    const file = await oms.resetFile(rows, late.snapshot);
    const says = `the snapshot 2026-03-10T${second}Z of 2026-03-11 is not after the snapshot 2026-03-10T03:00:00Z of 2026-03-10`;
    await assertStopped(oms.pool, () => oms.reset(file, late), new RegExp(says));
  }
  const oms = await openStore(t, 1);
  await oms.night(rows);
  await oms.night(rows, next('2026-03-10T03:00:01Z'));
});

test('rows that are not conserved stop the reset: here one line became two', async (t) => {
  const oms = await openStore(t, 2);
  // As no freeze writes it: one id for both products.
  await oms.pool.query("update oms.inventory_sync_freeze set id_values = array['SKU-P1', 'SKU-P1']");
  await assertStopped(
    oms.pool,
    trialOf(oms, { rows: counts({ P1: 12 }) }),
    /rows are not conserved: 1 read; 2 usable \+ 0 held out \+ 0 collapsed \+ 0 summed \+ 0 contradicted or at several locations \+ 0 rejected = 2/,
  );
});
