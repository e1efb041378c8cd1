import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileEntry } from '../../../runner/task.ts';
import { compareTimes, isSameEntry } from '../../../tasks/files/entry.ts';
import { ageOf, changedMeanwhile, checkFirstListing } from '../../../tasks/files/stability.ts';

const NOW = Temporal.Instant.from('2026-03-10T05:00:00Z');
const STILL = { now: () => NOW, stableForMs: 30_000 };

/** Returns an entry that was modified so many seconds ago; null for no mtime. */
function entry(secondsAgo: number | null, bytes = 40): FileEntry {
  const modifiedAt = secondsAgo === null ? null : NOW.subtract({ seconds: secondsAgo });
  return { location: 'sftp://retailpro/a.csv', name: 'a.csv', bytes, modifiedAt };
}

test('an old enough file is checked again after a moment, a young one at the next poll', () => {
  assert.deepEqual(checkFirstListing(entry(30), STILL), { isStable: true, relistAfterMs: 1000 });
  assert.deepEqual(checkFirstListing(entry(30), { ...STILL, stableForMs: 0 }), {
    isStable: true,
    relistAfterMs: 0,
  });
  assert.deepEqual(checkFirstListing(entry(29), STILL), {
    isStable: false,
    why: '40 bytes, changed 29 s ago; it must be unchanged for 30 s',
  });
  assert.equal(checkFirstListing(entry(0), STILL).isStable, false);
});

test('a file whose time is missing or in the future must be unchanged between two checks', () => {
  for (const told of [null, -1, -14_399])
    assert.deepEqual(checkFirstListing(entry(told), STILL), { isStable: true, relistAfterMs: 30_000 });
  assert.deepEqual(
    [ageOf(entry(null), NOW), ageOf(entry(-1), NOW), ageOf(entry(2), NOW)],
    [null, null, 2000],
  );
});

test('a second check must find the same size, and the same time where there is one', () => {
  assert.equal(changedMeanwhile(entry(60), entry(60)), null);
  assert.equal(changedMeanwhile(entry(60), entry(60, 48)), 'still growing: 40 bytes, then 48');
  assert.equal(changedMeanwhile(entry(60), entry(59)), 'still growing: 40 bytes, then 40');
  assert.equal(changedMeanwhile(entry(60), null), 'it was removed');
  assert.ok(isSameEntry(entry(null), entry(60)));
  assert.ok(!isSameEntry(entry(null), entry(null, 41)));
});

test('files are in order of their times, those without one last', () => {
  const sorted = [entry(null, 1), entry(5, 2), entry(9, 3)].toSorted(compareTimes);
  assert.deepEqual(
    sorted.map(({ bytes }) => bytes),
    [3, 2, 1],
  );
});
