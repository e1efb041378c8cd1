import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFile } from '../support/night.ts';
import { openOms } from '../support/oms.ts';

test('the rows of active products are published as they stand', async () => {
  await using oms = await openOms();
  const { location, rows } = await filterFile(oms);
  assert.equal(rows, 2);
  assert.equal(await oms.world.files.text(location), 'facilityId,idValue,availableQty\nS1,A1,9\nS1,A2,12\n');
});
