import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockerWords } from '../../../../../runner/commands/runs/explain/words.ts';
import type { RunState } from '../../../../../runner/core/run/states.ts';

const now = Temporal.Instant.from('2026-01-31T06:00:00Z');

test('of a run that has ended only what failed or was cancelled is offered to be run again', () => {
  const told = (state: RunState) =>
    blockerWords({ kind: 'run_ended', state }, { timezone: 'UTC', now, runId: 12 });
  assert.equal(told('success'), 'the run has ended: success');
  assert.equal(
    told('failed'),
    'the run has ended: failed; stockflow tasks clear 12 --only-failed runs what failed again',
  );
  assert.equal(
    told('cancelled'),
    'the run has ended: cancelled; stockflow tasks clear 12 --only-failed runs what was cancelled again',
  );
});
