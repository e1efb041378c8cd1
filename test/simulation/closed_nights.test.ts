import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from './campaign/campaign.ts';
import { CALENDAR } from './plan/closed_dates.ts';

test('a night that the calendar closes has no run and is told by its name, and the next one sets every count right', {
  timeout: 120_000,
}, async () => {
  const kinds: string[] = [];
  const { findings, applied_nights, keys_compared } = await runSimulation({
    count: 3,
    seed: 'closed',
    calendar: CALENDAR,
    kinds: ['ordinary', 'ordinary', 'ordinary'],
    onNight: ({ date, kind }) => kinds.push(`${date} ${kind}`),
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(kinds, ['2024-11-27 ordinary', '2024-11-28 closed', '2024-11-29 ordinary']);
  // Four stores and the warehouse, six active products, on each of the three dates.
  assert.deepEqual([applied_nights, keys_compared], [2, 90]);
});
