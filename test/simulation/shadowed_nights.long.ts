import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from './campaign/campaign.ts';

const NIGHTS = 200;

test('on 200 nights what shadow foretold is what was done, and shadow changed nothing', {
  timeout: 3_600_000,
}, async (t) => {
  const { findings, ...figures } = await runSimulation({
    count: NIGHTS,
    seed: 'shadow-1',
    inShadowFirst: true,
  });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(findings, []);
  assert.equal(figures.nights, NIGHTS);
  assert.ok(figures.foretold > NIGHTS);
});
