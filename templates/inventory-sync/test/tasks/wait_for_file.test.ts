import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask } from '../../../../runner/task.ts';
import { FILE, findFile, putCounts } from '../support/night.ts';
import { openOms } from '../support/oms.ts';

test('the task looks again until the file of the night is there', async () => {
  await using oms = await openOms();
  await assert.rejects(findFile(oms), DeferTask);
  await putCounts(oms);
  const { name, snapshot_at } = await findFile(oms);
  assert.deepEqual([name, snapshot_at], [FILE, '2026-03-10T03:00:00Z']);
});
