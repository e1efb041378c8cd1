import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { z } from 'zod';
import { DAG_ID } from '../../demo/night.ts';
import { isSound } from '../../demo/report/report.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { testNight } from '../support/night/night.ts';
import { omsDigest } from '../support/night/oms.ts';
import { nightEnvironment } from '../support/night/worker.ts';
import { SHIPPED_PAGES, tableOf, testWeb, textOf } from '../support/web/app.ts';

/** There is no worker except the command's own. */
const night = await testNight({ after });
const project = await cliProject({ after }, nightEnvironment(night));
const COMMAND = [
  'trigger',
  DAG_ID,
  '--date',
  '2025-01-15',
  '--time-edges',
  'collapse',
  '--local',
  '-o',
  'json',
];
const shown = z.object({
  run: z.object({ run_id: z.int(), state: z.string() }),
  tasks: z.array(z.object({ task_id: z.string(), state: z.string(), error_text: z.string().nullish() })),
});

const count = z.number();
const documentSchema = z.object({
  totals: z.array(
    z.object({ reason: z.string(), keys: count, units_up: count, units_down: count, net_units: count }),
  ),
  changes: z.array(
    z.object({
      ...{ facility_id: z.string(), sku: z.string(), product_id: z.string(), before: count },
      ...{ reset: count, variance: count, after: count, diff: count },
    }),
  ),
  filter_rejected_count: count,
  held_count: count,
});

test('a night without a connection exits 1 and names the variable on stderr', async () => {
  const before = await omsDigest(night.pool);
  const { code, stdout, stderr } = await project.run(COMMAND, { STOCKFLOW_CONN_OMS: '' });
  assert.equal(code, 1, stderr);
  assert.equal(shown.parse(JSON.parse(stdout)).run.state, 'failed');
  assert.match(stderr, /STOCKFLOW_CONN_OMS is not set/);
  assert.deepEqual(await omsDigest(night.pool), before);
});

test('a night without its file exits 1 and says on stderr what was not there', async () => {
  await night.site.clearOutgoing();
  const before = await omsDigest(night.pool);
  const { code, stdout, stderr } = await project.run(COMMAND);
  assert.equal(code, 1, stderr);
  assert.equal(shown.parse(JSON.parse(stdout)).run.state, 'failed');
  assert.match(
    stderr,
    /no file at .* for 2025-01-15: nothing is there; the deadline was 2025-01-15T10:00:00Z/,
  );
  assert.deepEqual(await omsDigest(night.pool), before);
});

test('a good night exits 0, every count is right, and its report, `changes` and the pages say the same', async () => {
  await night.site.putReset({ snapshotAt: night.snapshotAt, content: night.file });
  const { code, stdout, stderr } = await project.run(COMMAND);
  assert.equal(code, 0, stderr);
  const { run } = shown.parse(JSON.parse(stdout));
  assert.equal(run.state, 'success');
  const report = await night.report(await night.ended(run.run_id));
  assert.ok(isSound(report));

  const changes = await project.run(['changes', String(run.run_id), '-o', 'json']);
  assert.equal(changes.code, 0, changes.stderr);
  const listed = z.object({ changes: z.array(z.unknown()) }).parse(JSON.parse(changes.stdout));
  assert.equal(report.night?.largest.length, 5, 'the report names the five largest');
  assert.deepEqual(report.night?.largest, listed.changes.slice(0, 5), 'by the definition of `changes`');

  const web = await testWeb({ after }, { pool: night.pool, folders: [SHIPPED_PAGES], env: night.env });
  const page = await web.get(`/changes/${run.run_id}?limit=1000`);
  const document = documentSchema.parse(JSON.parse(changes.stdout));
  const withoutSeparators = (row: readonly string[]) => row.map((cell) => cell.replaceAll(',', ''));
  const totals = tableOf(page.body, 'Keys and units by reason').slice(1).map(withoutSeparators);
  assert.deepEqual(
    totals,
    document.totals.map((row) =>
      [row.reason, row.keys, row.units_up, row.units_down, row.net_units].map(String),
    ),
  );
  assert.deepEqual(
    tableOf(page.body, 'Largest changes').slice(1),
    document.changes.map((row) =>
      [row.facility_id, row.sku, row.before, row.reset, row.variance, row.after, row.diff].map(String),
    ),
  );
  assert.equal(tableOf(page.body, 'Rejected by the filter').length - 1, document.filter_rejected_count);
  assert.equal(tableOf(page.body, 'Held out, left as they were').length - 1, document.held_count);
  assert.match(page.body, new RegExp(`<a href="/runs/${run.run_id}">run ${run.run_id}</a>`));

  // The page of the item whose count changed most: the same figures, and what the OMS has now.
  const [most] = document.changes;
  assert.ok(most !== undefined);
  const item = await web.get(`/items/${encodeURIComponent(most.sku)}?facility=${most.facility_id}`);
  const [, row = []] = tableOf(item.body, 'Nights of this item, newest first');
  assert.deepEqual(
    [row[0], row[1], Number(row[3]), Number(row[5]), Number(row[6]), row[9]],
    ['2025-01-15', most.facility_id, most.before, most.after, most.diff, String(run.run_id)],
  );
  const [, file = []] = tableOf(item.body, 'Files of these nights');
  assert.match(file[4] ?? '', /reset_inventory_20250115T\d{6}Z\.csv$/);
  assert.equal(file[5], createHash('sha256').update(night.file).digest('hex'));
  const { rows: stock } = await night.pool.query<{ on_hand: number }>(
    'select quantity_on_hand_total::float8 as on_hand from oms.inventory_item where facility_id = $1 and product_id = $2',
    [most.facility_id, most.product_id],
  );
  assert.match(textOf(item.body), new RegExp(`${most.facility_id}: ${stock[0]?.on_hand} (since|now;) `));

  // A row that the filter rejected stands on the page of the item that it names.
  const kept = await web.get(`/runs/${run.run_id}/artifacts/filter_rejects.csv`);
  const [, raw = '', sku = ''] = /,bad_quantity,"([^"]*,SKU,([^,"]+),[^"]*)"/.exec(kept.body) ?? [];
  const rejected = await web.get(`/items/${encodeURIComponent(sku)}`);
  const rejects = tableOf(rejected.body, 'Rejected rows of these nights that name this item').slice(1);
  assert.deepEqual(
    rejects.filter(([, , , , row]) => row === raw).map(([date, by, , reason]) => [date, by, reason]),
    [['2025-01-15', 'filter', 'bad_quantity']],
  );
  const { run: found, tasks } = await night.ended(run.run_id);
  assert.deepEqual(web.linksOfRun({ run: found, tasks }), [
    { href: `/changes/${run.run_id}`, label: 'What it changed' },
  ]);
});
