import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LiveWorkers, queueFindings } from '../../../../runner/commands/doctor/queue.ts';
import type { QueueHealth } from '../../../../runner/store/queue/health.ts';

const SOUND: QueueHealth = {
  readyTasks: 0,
  dueSchedules: 0,
  oldestReadyMs: 0,
  failedCount: 0,
  lastError: null,
};
/** 11 minutes. */
const STUCK = { ...SOUND, readyTasks: 3, dueSchedules: 1, oldestReadyMs: 660_000 };
const ONE: LiveWorkers = { live: 1, concurrency: 4, running: 1, workerIds: [1] };

function told(health: Partial<QueueHealth>, workers: Partial<LiveWorkers> = {}): readonly string[] {
  return queueFindings({ ...SOUND, ...health }, { ...ONE, ...workers }).map(
    ({ verdict, found }) => `${verdict}: ${found}`,
  );
}

test('tasks that are ready and not started are reported with their number, since when, and what the workers do', () => {
  assert.deepEqual(told(STUCK), [
    'problem: 3 tasks ready for 11m 00s and not started: worker 1 is not taking work',
  ]);
  assert.deepEqual(told(STUCK, { live: 2, workerIds: [1, 4] }), [
    'problem: 3 tasks ready for 11m 00s and not started: workers 1, 4 are not taking work',
  ]);
  assert.deepEqual(
    told({ ...STUCK, readyTasks: 1 }, { live: 0, concurrency: 0, running: 0, workerIds: [] }),
    ['problem: 1 task ready for 11m 00s and not started: no worker is running'],
  );
  assert.deepEqual(told({ ...STUCK, readyTasks: 0 }), [
    'problem: 1 schedule due for 11m 00s and not started: worker 1 is not taking work',
  ]);
});

test('busy workers are not reported as a fault', () => {
  assert.deepEqual(told(STUCK, { running: 4 }), [
    'warning: 3 tasks ready for 11m 00s and not started: all 4 slots of worker 1 are in use',
  ]);
});

test('a queue that moves is sound, and one whose jobs fail says with what', () => {
  assert.deepEqual(told({}), ['ok: no task waits for a worker']);
  assert.deepEqual(told({ readyTasks: 1, oldestReadyMs: 300 }), ['ok: 1 task ready, the oldest for 300ms']);
  assert.deepEqual(told({ failedCount: 2, lastError: 'no route' }), [
    'warning: 2 wake-up jobs failed and will be retried: no route',
  ]);
});
