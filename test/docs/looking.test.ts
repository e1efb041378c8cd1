import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockerWords } from '../../runner/commands/runs/explain/words.ts';
import type { Blocker } from '../../runner/core/explain/blocker.ts';
import { page, tableBelow } from './pages.ts';

const at = Temporal.Instant.from('2026-01-31T06:30:00Z');
const telling = {
  timezone: 'America/New_York',
  now: Temporal.Instant.from('2026-01-31T06:00:00Z'),
  runId: 12,
};

/** One of each kind: the compiler asks for a new one here. */
const EXAMPLES: { readonly [Kind in Blocker['kind']]: Extract<Blocker, { kind: Kind }> } = {
  run_ended: { kind: 'run_ended', state: 'failed' },
  run_queued: { kind: 'run_queued', maxActiveRuns: 1, ahead: [{ runId: 11, state: 'running' }] },
  no_worker: { kind: 'no_worker' },
  upstream: { kind: 'upstream', taskId: 'reset_inventory', states: { none: 1 } },
  trigger_rule: { kind: 'trigger_rule', rule: 'all_done' },
  not_before: { kind: 'not_before', at },
  delay: { kind: 'delay', taskId: 'reset_inventory', delayMs: 3_600_000, at: null },
  dag_edge: {
    kind: 'dag_edge',
    edge: {
      dagId: 'inventory_sync',
      taskId: 'verify_night',
      date: 'same',
      awaitedDate: Temporal.PlainDate.from('2026-01-31'),
      state: { kind: 'unfinished', runId: 11, state: 'none' },
      timezone: 'America/New_York',
      isPaused: false,
    },
    at: null,
  },
  sensor: { kind: 'sensor', at, reason: 'no file yet' },
  retry: { kind: 'retry', at, failureCount: 1, retries: 3, error: 'no answer' },
  pool: {
    kind: 'pool',
    pool: 'erp',
    slots: 1,
    usedSlots: 1,
    wantedSlots: 1,
    holders: [{ runId: 11, taskId: 'load', mapIndex: -1, slots: 1, isOver: false }],
  },
  workers_busy: { kind: 'workers_busy', running: 4, concurrency: 4 },
  hint_lost: { kind: 'hint_lost' },
  hint_put_off: { kind: 'hint_put_off', at, error: 'no route' },
  restarting: { kind: 'restarting', crashCount: 2 },
  type_unusable: { kind: 'type_unusable', type: 'load', why: 'tasks/load.ts: no such module' },
  failed: { kind: 'failed', error: 'no answer', attempts: 2 },
  quarantined: { kind: 'quarantined', crashCount: 3 },
  upstream_failed: { kind: 'upstream_failed', causes: [{ taskId: 'filter_reset_file', state: 'failed' }] },
  skipped: { kind: 'skipped', reason: 'nothing to send', upstream: [] },
  cancelled: { kind: 'cancelled' },
};

test('every blocker is on the page, in the words of the command', () => {
  assert.deepEqual(
    tableBelow(page('looking.md'), '## What is it waiting for?'),
    Object.entries(EXAMPLES).map(([kind, blocker]) => [kind, blockerWords(blocker, telling)]),
  );
});
