/** A month of random nights by the schedule of a DAG that has a calendar: Thanksgiving and Christmas are among them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from './campaign/campaign.ts';
import { CALENDAR } from './plan/closed_dates.ts';

test('over a month with two closed nights, between nights of every kind, no night is missed and no count is wrong', {
  timeout: 600_000,
}, async () => {
  const { findings, kinds, nights } = await runSimulation({
    count: 31,
    seed: 'closed month',
    calendar: CALENDAR,
  });
  assert.deepEqual(findings, []);
  assert.deepEqual([nights, kinds.closed], [31, 2]);
});
