import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctCounts, filterFile, freeze, resetCounts } from '../support/night.ts';
import { onHand, openOms } from '../support/oms.ts';

test('the two units that Retail Pro does not know of are taken off its count of nine, once', async () => {
  await using oms = await openOms();
  const file = await filterFile(oms);
  const frozen = await freeze(oms);
  await resetCounts(oms, file);
  for (const _ of ['first', 'again']) {
    await correctCounts(oms, frozen);
    assert.deepEqual([await onHand(oms, 'P1'), await onHand(oms, 'P2')], [7, 12]);
  }
});
