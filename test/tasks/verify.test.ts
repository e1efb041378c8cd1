import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FailTask } from '../../runner/task.ts';
import verify from '../../tasks/verify.ts';
import { openTaskWorld } from '../support/task_context.ts';
import { type OmsWorld, openOmsWorld, SYSTEM } from './oms/oms_world.ts';

const PARAMS = { connection: 'oms', external_system_id: SYSTEM };

async function openAppliedNight(t: TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: '2026-03-10T01:00:00Z' });
  await oms.night([['F1', 'SKU-P1', 10]]);
  return oms;
}

test('a right night gives the figures of every check', async (t) => {
  const oms = await openAppliedNight(t);
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  const right = { checked: 1, violations: 0, examples: [] };
  assert.deepEqual(await verify.run(world.context(PARAMS)), {
    business_date: '2026-03-10',
    ...{ I1: right, I2: right, I3: right, I4: { ...right, checked: 0 }, I5: right },
  });
});

test('a wrong count fails the task without retry, with the key, the figure and what it should be', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.move('F1', 'P1', 4, '2026-03-09T12:00:00Z');
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  await assert.rejects(verify.run(world.context(PARAMS)), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(error.message, /^I1 \(.*\) is violated by 1 of 1 keys, first F1\/P1: 11, not 7/);
    return true;
  });
});
