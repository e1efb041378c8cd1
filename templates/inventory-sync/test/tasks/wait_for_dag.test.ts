import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask } from '../../../../runner/task.ts';
import { openTaskWorld } from '../../../../runner/testing.ts';
import waitForDag from '../../../../tasks/wait_for_dag.ts';

test('the task looks again until the other DAG has succeeded for the same business date', async () => {
  await using world = await openTaskWorld();
  await assert.rejects(world.run(waitForDag, { dag: 'inventory_sync' }), DeferTask);
  const businessDate = Temporal.PlainDate.from('2026-03-10');
  world.runs.push({ dagId: 'inventory_sync', runId: '7', businessDate, state: 'success', tasks: {} });
  const output = { run_id: '7', business_date: '2026-03-10', state: 'success' };
  assert.deepEqual(await world.run(waitForDag, { dag: 'inventory_sync' }), output);
});
