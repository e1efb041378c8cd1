import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedSeries } from '../../support/monitoring.ts';
import { testNight } from '../../support/night/night.ts';
import { promtool, withoutPromtool } from '../../support/promtool.ts';
import { SHIPPED_METRICS, testWeb } from '../../support/web/app.ts';
import { series } from '../../support/web/scraped.ts';

test('a night shows its keys, rejects, held-out keys and proof, as its tasks reported them', async (t) => {
  const night = await testNight(t);
  const web = await testWeb(t, { pool: night.pool, folders: [], metrics: [SHIPPED_METRICS], env: night.env });
  await night.startWorker();
  const { run, tasks } = await night.run();
  assert.equal(run.state, 'success');
  const { body } = await web.get('/metrics');
  const found = series(body);
  const of = (name: string) => found.get(`inventory_sync_${name}{external_system="RETAIL_PRO"}`);
  const reset = tasks.find(({ taskId }) => taskId === 'reset_inventory')?.output;
  assert.ok(typeof reset === 'object' && reset !== null && !Array.isArray(reset));
  assert.equal(of('night_file_rows'), reset.rows);
  assert.equal(of('night_set_keys'), reset.keys);
  assert.equal(of('night_changed_keys'), reset.changed_keys);
  assert.equal(of('night_rejected_rows'), reset.rejected);
  assert.ok((of('night_held_out_keys') ?? 0) >= 10, 'the world contradicts itself on ten keys');
  assert.equal(of('night_wrong_keys'), 0);
  const provenS = of('last_proof_timestamp_seconds') ?? 0;
  assert.ok(Math.abs(provenS - Date.now() / 1_000) < 60, String(provenS));
  assert.equal(found.get('stockflow_metrics_source_up{source="inventory_sync"}'), 1);
  const names = new Set([...found.keys()].map((key) => key.replace(/\{.*$/, '')));
  const asked = askedSeries().filter((name) => name.startsWith('inventory_sync_'));
  assert.ok(asked.length > 3, String(asked));
  assert.deepEqual(
    asked.filter((name) => !names.has(name)),
    [],
    'the dashboard and the rules ask for no other',
  );
  if (withoutPromtool === false)
    assert.deepEqual(promtool(['check', 'metrics'], { input: body }), { status: 0, output: '' });
});
