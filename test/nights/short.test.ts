import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCampaign } from '../../nights/campaign.ts';

/** Its 25 nights have every kind but a crash, which takes seconds, and a change of the clock. */
const SEED = 'short-20';

test('after each of 25 random nights every count is what the model says, where the plain practice leaves wrong ones', {
  timeout: 120_000,
}, async (t) => {
  const { findings, ...figures } = await runCampaign({ count: 25, seed: SEED, withPlainPractice: true });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(findings, []);
  assert.equal(figures.nights, 25);
  // Four stores and the warehouse, six active products.
  assert.equal(figures.keys_compared, 25 * 30);
  assert.ok((figures.plain_practice_wrong_nights ?? 0) > 0, 'the comparison could not catch a wrong count');
});
