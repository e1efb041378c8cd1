import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptKey, RunningAttempts } from '../../../../runner/engine/worker/running_attempts.ts';

test('an attempt that was cancelled and cleared at once is still stopped, although a newer one of its task runs beside it', () => {
  const running = new RunningAttempts();
  const cancelled = running.add(7, 1);
  const cleared = running.add(7, 3);
  assert.deepEqual(running.keys(), new Set(['7:1', '7:3']));
  running.abortSuperseded(new Set([attemptKey(7, 1)]));
  assert.equal(cancelled.signal.aborted, true);
  assert.equal(cleared.signal.aborted, false);
  running.remove(7, 1);
  assert.deepEqual(running.keys(), new Set(['7:3']));
});
