import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTaskWorld } from '../../../../runner/testing.ts';
import transfer from '../../../../tasks/transfer.ts';

test('an archived file lies whole under its date, and its source is gone', async () => {
  await using world = await openTaskWorld();
  await world.files.put('sftp://pos/outgoing/delta_a.csv', 'store,sku\n001,A2\n');
  const params = {
    action: 'archive',
    from: 'sftp://pos/outgoing/delta_*.csv',
    to: 'sftp://pos/archive',
  } as const;
  await world.run(transfer, params);
  assert.equal(await world.files.text('sftp://pos/archive/2026-03-10_delta_a.csv'), 'store,sku\n001,A2\n');
  assert.deepEqual(await world.files.list(params.from), []);
});
