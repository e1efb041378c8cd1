import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeAt, nightly } from './support.ts';

const NOON = '2026-11-25T17:00:00Z';

test('who is told is compared by kind, however the rules are grouped', () => {
  const before = nightly({ alerts: '[{to: [mail, chat]}, {on: [slow], to: [chat]}]' });
  const regrouped = nightly({
    alerts:
      '[{to: [chat]}, {on: [failed, deadline_missed, not_started, recovered], to: [mail]}, {on: [slow], to: [chat]}]',
  });
  assert.equal(changeAt(NOON, { before, after: regrouped }).kind, 'unchanged');
  const after = nightly({
    alerts: '[{on: [failed, slow], to: [chat]}]',
    heartbeat: 'ping',
    start_within: '30m',
  });
  assert.deepEqual(
    changeAt(NOON, { before, after }).keys.dag.map(({ key, before: was, after: is }) => [key, was, is]),
    [
      ['alerts.failed', ['chat', 'mail'], ['chat']],
      ['alerts.deadline_missed', ['chat', 'mail'], null],
      ['alerts.not_started', ['chat', 'mail'], null],
      ['alerts.recovered', ['chat', 'mail'], null],
      ['heartbeat', null, 'ping'],
      ['start_within', null, '30m'],
    ],
  );
});
