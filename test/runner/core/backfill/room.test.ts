import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasRoomForDate } from '../../../../runner/core/backfill/room.ts';

const at = (text: string) => Temporal.Instant.from(`2026-03-10T${text}Z`);
const MINUTE_MS = 60_000;
const FACTS = {
  now: at('00:50'),
  maxActiveRuns: 1,
  activeRuns: 0,
  nextScheduledFor: at('01:00'),
  longestRunMs: 8 * MINUTE_MS,
  dagrunTimeoutMs: null,
};

test('a date begins if the longest that one took lately, and a minute more, end before the night', () => {
  assert.equal(hasRoomForDate(FACTS), true);
  assert.equal(hasRoomForDate({ ...FACTS, longestRunMs: 9 * MINUTE_MS }), false);
  assert.equal(hasRoomForDate({ ...FACTS, activeRuns: 1 }), false);
  assert.equal(hasRoomForDate({ ...FACTS, nextScheduledFor: null, longestRunMs: null }), true);
  assert.equal(hasRoomForDate({ ...FACTS, longestRunMs: 90 * MINUTE_MS, maxActiveRuns: 2 }), true);
  assert.equal(
    hasRoomForDate({ ...FACTS, longestRunMs: 90 * MINUTE_MS, maxActiveRuns: 2, activeRuns: 1 }),
    false,
  );
});

test('as long as no date has ended, the limit of a run counts, or an hour', () => {
  assert.equal(hasRoomForDate({ ...FACTS, longestRunMs: null }), false);
  assert.equal(hasRoomForDate({ ...FACTS, longestRunMs: null, dagrunTimeoutMs: 5 * MINUTE_MS }), true);
  assert.equal(hasRoomForDate({ ...FACTS, now: at('00:00'), longestRunMs: null }), false);
  assert.equal(
    hasRoomForDate({ ...FACTS, now: Temporal.Instant.from('2026-03-09T23:58Z'), longestRunMs: null }),
    true,
  );
});

test('a backfill of 30 dates started at 00:50 delays no 01:00 night, however long its dates take, if none takes longer than one did', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 30, maxLength: 30 }),
      fc.integer({ min: 10, max: 90 }),
      (dates, nightMinutes) => {
        const longestRunMs = Math.max(...dates) * MINUTE_MS;
        const night = (index: number) => at('01:00').add({ hours: 24 * index });
        let now = at('00:50');
        let nights = 0;
        const waiting = [...dates];
        while (waiting.length > 0) {
          const due = night(nights);
          if (Temporal.Instant.compare(now, due) >= 0) {
            assert.ok(now.equals(due), `the night of ${due} began at ${now}`);
            now = now.add({ minutes: nightMinutes });
            nights += 1;
          } else if (hasRoomForDate({ ...FACTS, now, nextScheduledFor: due, longestRunMs })) {
            now = now.add({ minutes: waiting.shift() ?? 0 });
          } else {
            now = due;
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
