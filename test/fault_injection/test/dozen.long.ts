import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportText, summarize } from '../report.ts';
import { OF_DELIVERY, QUICK, quickCampaign } from './quick_campaign.ts';

test('a dozen faults under load violate no invariant', async () => {
  const summary = summarize(await quickCampaign(12, QUICK));
  assert.deepEqual(summary.findings, [], reportText(summary));
  assert.equal(summary.trials, 12);
  assert.ok(summary.acknowledged > 100, `only ${summary.acknowledged} results: there was no load`);
});

test('eight faults between claim, send and mark of an alert, and of its receiver, lose and repeat no message', async () => {
  const summary = summarize(await quickCampaign(8, OF_DELIVERY));
  assert.deepEqual(summary.findings, [], reportText(summary));
  assert.equal(summary.trials, 8);
  assert.ok((summary.faults.delivery ?? 0) > 2 && (summary.faults.receiver ?? 0) > 0);
});
