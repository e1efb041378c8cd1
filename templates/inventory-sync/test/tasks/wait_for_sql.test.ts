import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeferTask } from '../../../../runner/task.ts';
import waitForSql from '../../../../tasks/wait_for_sql.ts';
import { openOms } from '../support/oms.ts';

const PARAMS = { connection: 'oms', statement: 'test/support/units_on_hand.sql' };

test('the task looks again until the statement returns a row', async () => {
  await using oms = await openOms();
  await assert.rejects(oms.world.run(waitForSql, { ...PARAMS, values: ['S1', 'P9'] }), DeferTask);
  const output = await oms.world.run(waitForSql, { ...PARAMS, values: ['S1', 'P1'] });
  assert.deepEqual(output, { row: { units: 8 }, row_count: 1 });
});
