import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask } from '../../../runner/task.ts';
import waitForFile from '../../../tasks/wait_for_file.ts';
import { assertStopped } from '../../support/night/oms_untouched.ts';
import { openOmsWorld } from '../oms/oms_world.ts';

const FOLDER = 'sftp://retailpro/retailpro/outgoing';
const ROWS = 'facilityId,idValue,availableQty\nS1,A1,5\n';
/** The run is scheduled for 05:00Z; its deadline is 05:00 in New York. */
const DEADLINE = Temporal.Instant.from('2026-03-10T09:00:00Z');

async function openWait(t: Parameters<typeof openOmsWorld>[0]) {
  const { pool, tasks } = await openOmsWorld(t);
  const put = async (stamp: string) => {
    for (const { location } of await tasks.files.list(`${FOLDER}/*`)) await tasks.files.remove(location);
    await tasks.files.put(`${FOLDER}/reset_inventory_${stamp}.csv`, ROWS, DEADLINE.subtract({ hours: 6 }));
  };
  const poll = (at: Temporal.Instant = DEADLINE) => {
    tasks.clock.now = at;
    const params = {
      from: `${FOLDER}/reset_inventory_*.csv`,
      connection: 'oms',
      external_system_id: 'RETAIL_PRO',
      stable_for: '1s',
    };
    return tasks.run(waitForFile, params, { attempt: { deadlineAt: DEADLINE } });
  };
  return { pool, tasks, put, poll };
}

test('P7: no_file: a millisecond before the deadline it polls again, at it and after it the night ends', async (t) => {
  const { pool, poll } = await openWait(t);
  await assert.rejects(poll(DEADLINE.subtract({ milliseconds: 1 })), DeferTask);
  const says =
    /no file at .*reset_inventory_\*\.csv for 2026-03-10: nothing is there; the deadline was 2026-03-10T09:00:00Z/;
  await assertStopped(pool, () => poll(), says);
  await assertStopped(pool, () => poll(DEADLINE.add({ milliseconds: 1 })), says);
});

test('P7: max_age: a snapshot 24 h before the run was due passes, as does a second later; a second earlier does not', async (t) => {
  const { pool, put, poll } = await openWait(t);
  for (const stamp of ['20260309T050001Z', '20260309T050000Z']) {
    await put(stamp);
    await poll();
  }
  await put('20260309T045959Z');
  await assertStopped(
    pool,
    () => poll(),
    /its snapshot 2026-03-09T04:59:59Z is older than 2026-03-09T05:00:00Z, the oldest allowed for 2026-03-10T05:00:00Z \(max_age\)/,
  );
});

test('P7: last_applied: a snapshot a second after the last applied one passes; the same, and a second earlier, do not', async (t) => {
  const { pool, put, poll } = await openWait(t);
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at)
     values ('b', 'RESET', 'RETAIL_PRO', '2026-03-09', '2026-03-10T03:00:00Z')`,
  );
  await put('20260310T030001Z');
  await poll();
  for (const [stamp, second] of [
    ['20260310T030000Z', '03:00:00'],
    ['20260310T025959Z', '02:59:59'],
  ] as const) {
    await put(stamp);
    const says = `its snapshot 2026-03-10T${second}Z is not after the last applied snapshot 2026-03-10T03:00:00Z`;
    await assertStopped(pool, () => poll(), new RegExp(says));
  }
});

test("a snapshot of the very deadline is still this night's, a second later it is not", async (t) => {
  const { pool, put, poll } = await openWait(t);
  for (const stamp of ['20260310T085959Z', '20260310T090000Z']) {
    await put(stamp);
    await poll();
  }
  await put('20260310T090001Z');
  const says =
    /its snapshot 2026-03-10T09:00:01Z is after 2026-03-10T09:00:00Z, the latest for 2026-03-10T05:00:00Z/;
  await assertStopped(pool, () => poll(), says);
});

test('P7: max_drop: 9 and 8 active products after 10 pass, 7 do not', async (t) => {
  const oms = await openOmsWorld(t);
  for (let id = 1; id <= 9; id++) await oms.product(`P${id}`);
  oms.tasks.files.lastGood.set('task_under_test', { rows: 10 });
  const discontinue = (id: string) =>
    oms.pool.query(
      "update oms.product set sales_discontinuation_date = '2026-01-01T00:00:00Z' where product_id = $1",
      [id],
    );
  await oms.exportProducts();
  await discontinue('P9');
  await oms.exportProducts();
  await discontinue('P8');
  await assertStopped(
    oms.pool,
    () => oms.exportProducts(),
    /the active list has 7 products, 30 % fewer than the 10 of the last good night; at most 20 % fewer is allowed \(guards\.max_drop\)/,
    /if the figure is right, raise guards\.max_drop of task_under_test in the DAG's file and trigger the date$/,
  );
});

test('P7: active_list: one active product passes, none does not', async (t) => {
  const oms = await openOmsWorld(t);
  await assertStopped(
    oms.pool,
    () => oms.exportProducts(),
    /the active list is empty; at least 1 active product/,
  );
  await oms.product('P1');
  await oms.exportProducts();
});
