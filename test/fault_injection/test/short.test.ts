import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFaultCampaign } from '../campaign/campaign.ts';
import { SHAPES } from '../campaign/shapes.ts';
import { FAULTS } from '../faults.ts';
import { reportText, summarize } from '../report.ts';

/** The faults that end quickly; the others run in `npm run chaos`. */
const QUICK = [
  'kill',
  'failpoint',
  'lost_hints',
  'forged_hints',
  'lost_claim',
  'drain',
  'stop',
  'deadly_task',
];

test('a dozen faults under load violate no invariant', async () => {
  const result = await runFaultCampaign({
    trials: 12,
    seed: 'short',
    minutes: null,
    workers: 3,
    faults: FAULTS.filter(({ name }) => QUICK.includes(name)),
    shapes: SHAPES.filter(({ dagId }) => dagId !== 'long'),
  });
  const summary = summarize(result);
  assert.deepEqual(summary.findings, [], reportText(summary));
  assert.equal(summary.trials, 12);
  assert.ok(summary.acknowledged > 100, `only ${summary.acknowledged} results: there was no load`);
});
