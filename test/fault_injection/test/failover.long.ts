/** Failover to a standby under load: real servers, streaming replication, workers on an address that moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutPostgres15 } from '../../support/postgres/installed.ts';
import { until } from '../../support/until.ts';
import { type CampaignOptions, runFaultCampaign } from '../campaign/campaign.ts';
import { SHAPES } from '../campaign/shapes.ts';
import type { Fault } from '../campaign/world.ts';
import { ReplicatedCluster } from '../cluster/replicated.ts';
import { failOver } from '../faults/fail_over.ts';
import { kill } from '../faults/kill.ts';
import { reportText, summarize } from '../report.ts';

const skip = skipWithoutPostgres15();
const LOAD: Pick<CampaignOptions, 'seed' | 'minutes' | 'workers' | 'shapes'> = {
  seed: 'failover',
  minutes: null,
  workers: 3,
  shapes: SHAPES.filter(({ dagId }) => dagId !== 'long'),
};

test('with synchronous replication no acknowledged result is lost by a failover, and workers go on by themselves', {
  skip,
}, async (t) => {
  const database = await ReplicatedCluster.start('synchronous');
  const faults = [
    { ...failOver(database), weight: 3 },
    { ...kill, weight: 1 },
  ];
  const summary = summarize(await runFaultCampaign({ ...LOAD, trials: 10, database, faults }));
  t.diagnostic(JSON.stringify(summary));
  assert.deepEqual(summary.findings, [], reportText(summary));
  assert.ok((summary.faults.fail_over ?? 0) >= 5, JSON.stringify(summary.faults));
  assert.ok(summary.acknowledged > 100, `only ${summary.acknowledged} results: there was no load`);
});

test('with asynchronous replication the same check finds the results that a failover has lost', {
  skip,
}, async (t) => {
  const database = await ReplicatedCluster.start('asynchronous');
  const late: Fault = {
    ...failOver(database),
    async inject(world) {
      await database.cutOffStandby();
      const before = world.fleet.acknowledged.length;
      await until('results that the standby lacks', async () =>
        world.fleet.acknowledged.length >= before + 20 ? true : null,
      );
      await database.failOver('dies', 0);
      return 'the standby was behind';
    },
  };
  // What comes after the loss is no part of it, so the campaign ends with its trial.
  class EndOfTrial extends Error {}
  let lost = 0;
  const campaign = runFaultCampaign({
    ...LOAD,
    ...{ trials: 1, database, faults: [late] },
    onTrial: (_, findings) => {
      lost = findings.filter(({ violation }) => violation.invariant === 'E7').length;
      throw new EndOfTrial();
    },
  });
  await assert.rejects(campaign, EndOfTrial);
  t.diagnostic(`${lost} results lost`);
  assert.ok(lost > 0);
});
