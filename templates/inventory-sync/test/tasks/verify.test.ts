import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailTask } from '../../../../runner/task.ts';
import { correctCounts, filterFile, freeze, resetCounts, verifyNight } from '../support/night.ts';
import { openOms } from '../support/oms.ts';

test('a right night passes, and a count that was changed behind its back fails it', async () => {
  await using oms = await openOms();
  const file = await filterFile(oms);
  const frozen = await freeze(oms);
  await resetCounts(oms, file);
  await correctCounts(oms, frozen);
  await verifyNight(oms);
  await oms.pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
                                            quantity_on_hand_diff, available_to_promise_diff)
     values ('S1/P2', '00009', '2026-03-09T12:00:00Z', 1, 1)`,
  );
  await assert.rejects(verifyNight(oms), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(error.message, /S1\/P2 \(A2\) has 13, not 12/);
    return true;
  });
});
