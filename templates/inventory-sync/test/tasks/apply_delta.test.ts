import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDeltas, listDeltas, putDelta } from '../support/deltas.ts';
import { onHand, openOms } from '../support/oms.ts';

test('what the till sold is taken off once, and the file is not listed again', async () => {
  await using oms = await openOms();
  await putDelta(oms, { name: 'delta_a.csv', minutesAgo: 10, sold: 3 });
  const { files } = await listDeltas(oms);
  await applyDeltas(oms, files);
  await applyDeltas(oms, files);
  assert.equal(await onHand(oms, 'P2'), 7);
  assert.deepEqual((await listDeltas(oms)).files, []);
});
