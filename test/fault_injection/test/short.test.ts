import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText, summarize } from '../report.ts';
import { QUICK, quickCampaign } from './quick_campaign.ts';

test('six faults under load violate no invariant', async () => {
  const summary = summarize(await quickCampaign(6, QUICK));
  assert.deepEqual(summary.findings, [], reportText(summary));
  assert.equal(summary.trials, 6);
  assert.ok(summary.acknowledged > 100, `only ${summary.acknowledged} results: there was no load`);
});
