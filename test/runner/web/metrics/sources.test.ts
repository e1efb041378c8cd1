import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { testDatabase } from '../../../support/postgres/database.ts';
import { testWeb } from '../../../support/web/app.ts';
import { series } from '../../../support/web/scraped.ts';

const INTERFACE = path.resolve(import.meta.dirname, '../../../../runner/metrics.ts');
const { pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });

const defined = (name: string, read: string) => `
  import { defineMetrics, single } from '${INTERFACE}';
  let reads = 0;
  export default defineMetrics({
    read: ${read},
    metrics: [single({ name: '${name}', type: 'gauge', help: 'A figure.' }, (value) => value)],
  });`;
const files: Readonly<Record<string, string>> = {
  'counted.ts': defined('shop_reads', 'async () => (reads += 1)'),
  'failing.ts': defined('shop_failing', "async () => { throw new Error('no shop') }"),
  'hanging.ts': defined('shop_hanging', 'async () => await new Promise(() => {})'),
  'posing.ts': defined('stockflow_workers', 'async () => 1'),
  'torn.ts': 'export default {',
};
const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-metrics-'));
after(() => rm(folder, { recursive: true, force: true }));
for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
const web = await testWeb({ after }, { pool, folders: [], metrics: [folder, path.join(folder, 'absent')] });

test('figures of a file of task authors are read once a minute, and one that fails or hangs takes only its own away', async () => {
  await web.get('/metrics');
  const { status, body } = await web.get('/metrics');
  assert.equal(status, 200);
  const found = series(body);
  assert.equal(found.get('shop_reads'), 1);
  const up = Object.keys(files).map((name) => [
    name,
    found.get(`stockflow_metrics_source_up{source="${path.basename(name, '.ts')}"}`),
  ]);
  assert.deepEqual(Object.fromEntries(up), {
    'counted.ts': 1,
    'failing.ts': 0,
    'hanging.ts': 0,
    'posing.ts': 0,
    'torn.ts': 0,
  });
  assert.equal(found.get('stockflow_workers'), 0, "the runner's own");
});

test('a file that cannot be used is told in the log, with the reason', () => {
  const reasons = web.logged
    .filter(([message]) => message === 'metrics cannot be used')
    .map(([, facts]) => JSON.stringify(facts));
  assert.equal(reasons.length, 2);
  assert.match(reasons.join('\n'), /stockflow_workers has a name of the runner's own kind/);
});
