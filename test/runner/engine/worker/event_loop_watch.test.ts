import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLoopWatch } from '../../../../runner/engine/worker/event_loop_watch.ts';

test('a loop that does not turn for the limit stands still, and one turn begins it anew', () => {
  const watch = new EventLoopWatch(10_000);
  assert.deepEqual(
    [0, 2, 4, 6, 8, 10].map((seconds) => watch.isBlocked(1, seconds * 1000)),
    [false, false, false, false, false, true],
  );
  assert.equal(watch.isBlocked(2, 11_000), false);
  assert.equal(watch.isBlocked(2, 14_000), false);
  assert.equal(watch.isBlocked(2, 17_000), false);
  assert.equal(watch.isBlocked(2, 20_000), false);
  assert.equal(watch.isBlocked(2, 21_001), true);
});

test('a process that was stopped as a whole is not taken for a loop that stands still', () => {
  const watch = new EventLoopWatch(10_000);
  watch.isBlocked(1, 0);
  assert.equal(watch.isBlocked(1, 60_000), false);
  assert.equal(watch.isBlocked(2, 62_000), false);
});
