import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notDueYet } from '../../../../runner/core/run/not_due.ts';

const date = {
  dagId: 'nightly',
  businessDate: Temporal.PlainDate.from('2026-11-28'),
  scheduledFor: Temporal.Instant.from('2026-11-28T06:00:00Z'),
  timezone: 'America/New_York',
};

test('a date that lies ahead cannot be worked, and the sentence says from when on it can', () => {
  assert.equal(
    notDueYet(date, Temporal.Instant.from('2026-11-28T05:59:59.999Z')),
    'nightly is not due yet for 2026-11-28: its run is scheduled for 2026-11-28 01:00 America/New_York, ' +
      'and can be worked from then on',
  );
});

test('a date can be worked from its very instant on', () => {
  assert.equal(notDueYet(date, date.scheduledFor), null);
  assert.equal(notDueYet(date, Temporal.Instant.from('2027-01-01T00:00:00Z')), null);
});
