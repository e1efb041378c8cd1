import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterFile, freeze } from '../support/night.ts';
import { openOms } from '../support/oms.ts';

test('what was shipped and is not booked in Retail Pro yet is published as a correction', async () => {
  await using oms = await openOms();
  await filterFile(oms);
  const { location, rows } = await freeze(oms);
  assert.equal(rows, 1);
  assert.match(await oms.world.files.text(location), /\nS1,.*,A1,-2,/);
});
