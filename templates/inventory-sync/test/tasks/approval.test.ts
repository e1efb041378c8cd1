import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask, FailTask } from '../../../../runner/task.ts';
import { openTaskWorld } from '../../../../runner/testing.ts';
import approval from '../../../../tasks/approval.ts';

test('the task waits for a person, passes where they approve and fails where they reject', async () => {
  await using world = await openTaskWorld();
  const params = { question: 'Close the store day?' };
  await assert.rejects(world.run(approval, params), DeferTask);

  const at = world.clock.now;
  world.answer = () => ({ decision: 'approved', by: 'operator', at, reason: 'counted' });
  const output = { approved_by: 'operator', at: '2026-03-10T05:00:00Z', reason: 'counted' };
  assert.deepEqual(await world.run(approval, params), output);

  world.answer = () => ({ decision: 'rejected', by: 'night_shift', at, reason: null });
  await assert.rejects(world.run(approval, params), (error) => {
    assert.ok(error instanceof FailTask);
    assert.equal(error.message, 'rejected by night_shift');
    return true;
  });
});
