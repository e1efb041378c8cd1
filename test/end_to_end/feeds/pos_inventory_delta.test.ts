import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestFeed } from '../../support/night/feed.ts';
import { testFeed } from '../../support/night/feed.ts';
import { NIGHT_SERVERS } from '../../support/night/site.ts';

const HEADER = 'receipt,store,sku,units,sold_at';
const OLD = Temporal.Instant.from('2026-03-10T14:00:00Z');

async function stockOf({ oms }: TestFeed): Promise<Readonly<Record<string, number | undefined>>> {
  return {
    'S1 P1': (await oms.onHand('S1', 'P1'))?.qoh,
    'S1 P2': (await oms.onHand('S1', 'P2'))?.qoh,
    'S2 P1': (await oms.onHand('S2', 'P1'))?.qoh,
  };
}

for (const { kind, name, skip } of NIGHT_SERVERS) {
  test(`the till's files of a few quarters of an hour on ${name}`, { skip }, async (t) => {
    const feed = await testFeed(t, { dagId: 'pos_inventory_delta', connection: 'pos', server: kind });
    const { oms, put } = feed;
    await oms.facility('S1', '001');
    await oms.facility('S2', '002');
    for (const product of ['P1', 'P2']) await oms.product(product);
    await oms.stock('S1', 'P1', 10);
    await oms.stock('S1', 'P2', 10);
    await oms.stock('S2', 'P1', 5);

    await t.test('begins paused, so that a clone without its connection reports no problem', async () => {
      const { rows } = await feed.pool.query('select is_paused, next_scheduled_for from stockflow.dag');
      assert.deepEqual(rows, [{ is_paused: true, next_scheduled_for: null }]);
    });

    await t.test('without a file the mapped task is skipped, and the run a success', async () => {
      const { run, states } = await feed.run();
      assert.equal(run.state, 'success');
      assert.deepEqual(states, { list_delta_files: 'success', apply_deltas: 'skipped' });
    });

    const sales = `${HEADER}\n1,001,SKU-P1,-2,2026-03-10T09:31:00-04:00\n2,001,SKU-P2,-1,2026-03-10 09:40\n`;
    await t.test('each file is applied once, and the broken one fails alone', async () => {
      await put('outgoing/delta_001_1345.csv', sales, OLD);
      await put('outgoing/delta_002_1345.csv', `${HEADER}\n7,002,SKU-P1,1,2026-03-10 09:35\n`, OLD);
      await put('outgoing/delta_003_1345.csv', '<html>503 Service Unavailable</html>\n', OLD);
      await put('outgoing/delta_004_again.csv', sales, OLD);
      // Written this moment: it waits.
      await put('outgoing/delta_005_1345.csv', `${HEADER}\n`, Temporal.Now.instant());
      const { run, tasks, states } = await feed.run();
      assert.deepEqual(states, {
        list_delta_files: 'success',
        'apply_deltas[0]': 'success',
        'apply_deltas[1]': 'success',
        'apply_deltas[2]': 'failed',
        'apply_deltas[3]': 'success',
      });
      assert.equal(run.state, 'failed');
      const broken = tasks.find(({ state }) => state === 'failed');
      assert.match(broken?.errorText ?? '', /^header: no column store.*; file: .*delta_003_1345\.csv$/);
      assert.equal(broken?.attemptNumber, 1, 'a broken file is not tried again');
      const applied = tasks.filter(({ taskId, state }) => taskId === 'apply_deltas' && state === 'success');
      assert.deepEqual(applied.map(({ output }) => output?.already_applied).toSorted(), [false, false, true]);
      // 10 - 2, 10 - 1, 5 + 1.
      assert.deepEqual(await stockOf(feed), { 'S1 P1': 8, 'S1 P2': 9, 'S2 P1': 6 });
    });

    await t.test('what was refused stays aside: the next run is a success and says so', async () => {
      const { run, tasks, states } = await feed.run();
      assert.equal(run.state, 'success');
      assert.equal(states.apply_deltas, 'skipped');
      const { output } = tasks[0] ?? assert.fail('no task');
      assert.equal(output?.set_aside_count, 1);
      assert.equal(output?.done_count, 3);
      assert.deepEqual(output?.waiting_count, 1);
      assert.deepEqual(await stockOf(feed), { 'S1 P1': 8, 'S1 P2': 9, 'S2 P1': 6 });
    });

    await t.test('sent anew under the same name it is applied', async () => {
      const fixed = `${HEADER}\n9,001,SKU-P1,-1,2026-03-10 09:44\n`;
      await put('outgoing/delta_003_1345.csv', fixed, OLD.add({ minutes: 15 }));
      const { run } = await feed.run();
      assert.equal(run.state, 'success');
      assert.deepEqual(await stockOf(feed), { 'S1 P1': 7, 'S1 P2': 9, 'S2 P1': 6 });
    });

    await t.test('the ledger says when each thing was sold, and the auditor from which file', async () => {
      const { rows } = await feed.pool.query(
        `select file_name, line, quantity_diff::integer as units, effective_date::text as sold_at
           from audit.inventory_delta where facility_id = 'S1' order by effective_date`,
      );
      const at = (text: string) => `2026-03-10 ${text}+00`;
      assert.deepEqual(
        rows.map(({ sold_at, ...row }) => ({ ...row, sold_at: sold_at.replace(/:\d\d$/, '') })).length,
        3,
      );
      assert.deepEqual(
        rows.map(({ sold_at }) => sold_at),
        [at('13:31:00'), at('13:40:00'), at('13:44:00')],
      );
      assert.ok(['delta_001_1345.csv', 'delta_004_again.csv'].includes(rows[0].file_name));
    });
  });
}
