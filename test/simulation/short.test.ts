import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from './campaign/campaign.ts';
import { NIGHT_KINDS } from './plan/night_plan.ts';

/** A seed whose ninth night is a clock change. */
const SEED = 'short-25';
const KINDS = [
  ...([
    'ordinary',
    'ordinary',
    'missing',
    'caught_up',
    'late',
    'cut',
    'ordinary',
    'double',
    'yesterday',
  ] as const),
  ...(['rerun', 'twice', 'backfill', 'commit_lost', 'sftp_cut', 'crashed', 'corrected', 'ordinary'] as const),
  ...(['lost_cover', 'two_locations', 'late_entries', 'ordinary'] as const),
];

test('after each night, one of every kind at least, every count is what the model says, where the naive baseline leaves wrong ones', {
  timeout: 120_000,
}, async (t) => {
  const { findings, ...figures } = await runSimulation({
    count: KINDS.length,
    seed: SEED,
    kinds: KINDS,
    withNaiveBaseline: true,
  });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(findings, []);
  assert.equal(figures.nights, KINDS.length);
  assert.deepEqual(Object.keys(figures.kinds).toSorted(), NIGHT_KINDS.toSorted());
  // Four stores and the warehouse, six active products.
  assert.equal(figures.keys_compared, KINDS.length * 30);
  assert.ok((figures.naive_baseline_wrong_nights ?? 0) > 0, 'the comparison could not catch a wrong count');
  assert.equal(figures.traits['clock set back'], 1);
  for (const trait of [
    'a warning: lost cover',
    'a warning: undone entries',
    'counts summed over two locations',
  ])
    assert.ok((figures.traits[trait] ?? 0) > 0, `no night has ${trait}`);
  assert.deepEqual(Object.keys(figures.places), [
    '40 min before T',
    'T to the freeze',
    'after the apply',
    'at T exactly',
    'earlier',
    'freeze to reset',
    'reset to apply',
  ]);
  assert.deepEqual(Object.keys(figures.events), [
    'acknowledged, the instant learnt a day later',
    'acknowledgement lost',
    'cancelled in part, after its invoice',
    'cancelled in part, before its invoice',
    'document lost, withdrawn later',
    'invoiced at the right store',
    'invoiced at the wrong store',
    'never invoiced',
    'receipt',
    'receipt, recorded late',
    'receipt, unknown to the OMS',
    'recount',
    'recount, unknown to the OMS',
    'reserved',
    'shipped',
    'till sale',
    'till sale, unknown to the OMS',
    'transfer',
    'wrong store, never slipped',
    'wrong store, slipped later',
  ]);
});
