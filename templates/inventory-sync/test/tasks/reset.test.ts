import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFile, freeze, resetCounts } from '../support/night.ts';
import { onHand, openOms } from '../support/oms.ts';

test("the counts become Retail Pro's, once", async () => {
  await using oms = await openOms();
  const file = await filterFile(oms);
  await freeze(oms);
  for (const _ of ['first', 'again']) {
    await resetCounts(oms, file);
    assert.deepEqual([await onHand(oms, 'P1'), await onHand(oms, 'P2')], [9, 12]);
  }
});
