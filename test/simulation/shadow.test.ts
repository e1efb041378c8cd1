import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from './campaign/campaign.ts';

test('a night worked in shadow first foretells what is then applied, refused nights and corrected files included', {
  timeout: 120_000,
}, async (t) => {
  const kinds = ['ordinary', 'corrected', 'cut', 'lost_cover'] as const;
  const { findings, ...figures } = await runSimulation({
    count: kinds.length,
    seed: 'shadow',
    kinds,
    inShadowFirst: true,
  });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(findings, []);
  assert.ok(figures.shadow_runs > kinds.length, 'refused runs and second tries are worked in shadow too');
  assert.ok(figures.foretold > 0);
});
