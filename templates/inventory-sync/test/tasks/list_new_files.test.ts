import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDeltas, putDelta } from '../support/deltas.ts';
import { openOms } from '../support/oms.ts';

test('the files are listed oldest first', async () => {
  await using oms = await openOms();
  await putDelta(oms, { name: 'delta_b.csv', minutesAgo: 20, sold: 1 });
  await putDelta(oms, { name: 'delta_a.csv', minutesAgo: 10, sold: 2 });
  const { files } = await listDeltas(oms);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['delta_b.csv', 'delta_a.csv'],
  );
});
