import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openTaskWorld } from '../../../runner/testing.ts';
import { cliProject } from '../../runner/commands/cli_project.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { SHIPPED_PAGES, tableOf, testWeb, textOf } from '../../support/web/app.ts';
import { OmsWorld } from '../oms/oms_world.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

test('changes shows what the last night did to each count', async (t) => {
  const { url, pool } = await testDatabase(t, { migrations: ['runner', 'oms', 'queue'] });
  const tasks = await openTaskWorld({ postgres: { oms: pool } });
  t.after(() => tasks[Symbol.asyncDispose]());
  const oms = new OmsWorld(pool, tasks);
  const project = await cliProject(t, { DATABASE_URL: url, STOCKFLOW_TASKS: path.join(ROOT, 'tasks') });

  const none = await project.run(['changes']);
  assert.deepEqual([none.code, none.stdout], [4, '']);
  assert.match(none.stderr, /no night was applied to this OMS yet/);

  await oms.facility('F1', '001');
  await oms.product('P1');
  await oms.product('P2', '=cmd');
  await oms.product('P3');
  await oms.stock('F1', 'P1', 10);
  await oms.stock('F1', 'P2', 5);
  await oms.stock('F1', 'P3', 4);
  await oms.ship({ id: 'S', facility: 'F1', product: 'P1', quantity: 3, at: '2026-03-10T01:00:00Z' });
  // P1: L 7, RP 10, V -3. P2: L 5, RP -2. P3 occurs twice and differs.
  await oms.night([
    ['F1', 'SKU-P1', 10],
    ['F1', '=cmd', -2],
    ['F1', 'SKU-P3', 1],
    ['F1', 'SKU-P3', 2],
  ]);

  await t.test('as a table with totals by reason, and what went to zero or was held out', async () => {
    const { code, stdout, stderr } = await project.run(['changes']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^RESET-RETAIL_PRO-2026-03-10, as of 2026-03-10T03:00:00Z/);
    assert.match(stdout, /^reset +2 +3 +7 +-4$/m);
    assert.match(stdout, /^variance +1 +0 +3 +-3$/m);
    assert.match(stdout, /^all +2 +0 +7 +-7$/m);
    assert.match(stdout, /Went to zero or below\n.*\nF1 +=cmd +5 +-7 +0 +-2 +-7\n/);
    assert.match(stdout, /^F1 +SKU-P3 +P3 +CONFLICTING_ROWS +lines 4, 5 say 1, 2$/m);
    assert.match(stderr, /npx stockflow changes -o csv/);
  });

  await t.test('as CSV with numbers that stay numbers and no cell that is a formula', async () => {
    const { code, stdout } = await project.run(['changes', '-o', 'csv']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'facility_id,sku,product_id,before,reset,variance,delta,after,diff',
      "F1,'=cmd,P2,5,-7,0,0,-2,-7",
      'F1,SKU-P1,P1,7,3,-3,0,7,0',
    ]);
  });

  await t.test('as the same CSV from the page, which shows the same figures', async () => {
    const web = await testWeb(t, { pool, folders: [SHIPPED_PAGES] });
    const { stdout } = await project.run(['changes', '-o', 'csv']);
    const { status, headers, body } = await web.get('/changes.csv');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.equal(body, stdout);
    const page = await web.get('/changes');
    assert.deepEqual(tableOf(page.body, 'Keys and units by reason').slice(1), [
      ['reset', '2', '3', '7', '-4'],
      ['variance', '1', '0', '3', '-3'],
      ['all', '2', '0', '7', '-7'],
    ]);
    assert.deepEqual(tableOf(page.body, 'Went to zero or below').slice(1), [
      ['F1', '=cmd', '5', '-7', '0', '-2', '-7'],
    ]);
    assert.deepEqual(tableOf(page.body, 'Held out, left as they were').slice(1), [
      ['F1', 'SKU-P3', 'P3', 'CONFLICTING_ROWS', 'lines 4, 5 say 1, 2'],
    ]);
    const one = await web.get('/changes?sku=SKU-P1&facility=001&limit=1');
    assert.deepEqual(tableOf(one.body, 'Largest changes').slice(1), [
      ['F1', 'SKU-P1', '7', '3', '-3', '7', '0'],
    ]);
    assert.match(one.body, /href="\/changes\.csv\?sku=SKU-P1&amp;facility=001"/);
    const limited = await web.get('/changes?limit=1');
    assert.match(textOf(limited.body), /Largest changes 1 of 2 · up to 200 of each · all as CSV/);
    const unknown = await web.get('/changes?sku=SKU-P9');
    assert.equal(unknown.status, 404);
    assert.match(unknown.body, /<a href="\/items\/SKU-P9">Look for similar ones<\/a>/);
    assert.equal((await web.get('/changes/77')).status, 404);
  });

  await t.test('and a reader who goes away in the middle of the CSV leaves no transaction open', async () => {
    const web = await testWeb(t, { pool, folders: [SHIPPED_PAGES] });
    const reader = (await web.open('/changes.csv')).body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    assert.match(new TextDecoder().decode(value), /^facility_id,/);
    const open = async () =>
      (
        await pool.query(
          "select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
        )
      ).rowCount;
    assert.equal(await open(), 1);
    await reader?.cancel();
    await until('the transaction to end', async () => ((await open()) === 0 ? true : null));
  });

  await t.test('as one JSON document', async () => {
    const { stdout } = await project.run(['changes', '-o', 'json'], { STOCKFLOW_DEBUG: '1' });
    const { changes, held_count, totals } = JSON.parse(stdout);
    assert.deepEqual([changes.length, held_count, totals.length], [2, 1, 3]);
  });

  await t.test('narrowed to a product or a store, and says why there is nothing', async () => {
    const one = await project.run(['changes', '--sku', 'SKU-P1', '--facility', '001', '-o', 'jsonl']);
    assert.equal(JSON.parse(one.stdout).product_id, 'P1');
    const wanted: readonly (readonly [readonly string[], RegExp])[] = [
      [['--sku', 'SKU-P3'], /held out: F1 CONFLICTING_ROWS, lines 4, 5 say 1, 2/],
      [['--sku', 'none'], /no product of the OMS has or had the id none/],
      [['--facility', 'none'], /the OMS has no facility none/],
      [['77'], /there is no run 77/],
    ];
    for (const [args, message] of wanted) {
      const { code, stderr } = await project.run(['changes', ...args]);
      assert.equal(code, 4);
      assert.match(stderr, message);
    }
  });
});
