import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryAfterMs } from '../../../../runner/connections/http/retry_after.ts';
import { nextTry } from '../../../../runner/core/alert/delivery/next_try.ts';
import { quietUntil } from '../../../../runner/core/alert/delivery/quiet_hours.ts';

const at = (text: string) => Temporal.Instant.from(text);

const hours = (from: string, to: string, timezone = 'America/New_York') => ({
  from: Temporal.PlainTime.from(from),
  to: Temporal.PlainTime.from(to),
  timezone,
});

test('quiet hours end at their time of day in their zone, also over midnight and where the clock is changed', () => {
  const night = hours('22:00', '07:00');
  for (const [quiet, now, end] of [
    [night, '2026-03-10T01:59:59Z', null], // 21:59:59 EDT
    [night, '2026-03-10T02:00:00Z', '2026-03-10T11:00:00Z'],
    [night, '2026-03-10T10:59:59Z', '2026-03-10T11:00:00Z'],
    [night, '2026-03-10T11:00:00Z', null],
    // The clock is set forward on 8 March at 2:00, so this night is an hour shorter.
    [night, '2026-03-08T03:00:00Z', '2026-03-08T11:00:00Z'],
    [hours('12:00', '13:00'), '2026-03-10T16:30:00Z', '2026-03-10T17:00:00Z'],
    [hours('12:00', '13:00'), '2026-03-10T17:00:00Z', null],
    // 01:30 comes twice on 1 November; the end is the first of them.
    [hours('22:00', '01:30'), '2026-11-01T05:20:00Z', '2026-11-01T05:30:00Z'],
    [hours('22:00', '01:30'), '2026-11-01T06:10:00Z', null],
  ] as const) {
    assert.equal(quietUntil(quiet, at(now))?.toString() ?? null, end, `${now}`);
  }
});

test('the end of quiet hours is later than now, within a day, and not quiet', () => {
  const minute = fc.integer({ min: 0, max: 1_439 });
  const time = (minutes: number) => new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
  fc.assert(
    fc.property(
      minute,
      minute,
      fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'),
      fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
      (from, to, timezone, seconds) => {
        fc.pre(from !== to);
        const quiet = { from: time(from), to: time(to), timezone };
        const now = Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);
        const end = quietUntil(quiet, now);
        if (end === null) return;
        const waitMs = end.epochMilliseconds - now.epochMilliseconds;
        assert.ok(waitMs > 0 && waitMs <= 26 * 3_600_000);
        assert.equal(quietUntil(quiet, end), null);
      },
    ),
  );
});

test('tries are 1, 2, 4 ... minutes apart, then hours, the last one a day after the first', () => {
  const first = at('2026-03-10T06:00:00Z');
  const waits: number[] = [];
  let now = first;
  for (let attempt = 1; ; attempt += 1) {
    const next = nextTry({ attempt, firstAttemptAt: first, isRetryable: true, retryAfterMs: null }, now);
    if (next === null) break;
    waits.push((next.epochMilliseconds - now.epochMilliseconds) / 60_000);
    now = next;
  }
  // 63 minutes and 22 hours make 1,383 of the 1,440 minutes of a day.
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, ...Array.from({ length: 22 }, () => 60), 57]);
  assert.equal(now.toString(), '2026-03-11T06:00:00Z');
});

test('a receiver that asks for more time gets it, within the day; what is refused for good is given up', () => {
  const now = at('2026-03-10T06:00:00Z');
  const failed = { attempt: 1, firstAttemptAt: now, isRetryable: true };
  const next = (retryAfter: number) => nextTry({ ...failed, retryAfterMs: retryAfter }, now)?.toString();
  assert.equal(next(5_000), '2026-03-10T06:01:00Z');
  assert.equal(next(600_000), '2026-03-10T06:10:00Z');
  assert.equal(next(999 * 3_600_000), '2026-03-11T06:00:00Z');
  assert.equal(nextTry({ ...failed, isRetryable: false, retryAfterMs: 5_000 }, now), null);
});

test('Retry-After is read as seconds or as a date, and nothing else', () => {
  const now = at('2026-03-10T06:00:00Z');
  for (const [header, ms] of [
    ['120', 120_000],
    [' 0 ', 0],
    ['Tue, 10 Mar 2026 06:05:00 GMT', 300_000],
    ['Tue, 10 Mar 2026 05:00:00 GMT', 0],
    ['-5', null],
    ['1e9', null],
    ['2026-03-10', null],
    ['', null],
    [undefined, null],
  ] as const) {
    assert.equal(retryAfterMs(header, now), ms, String(header));
  }
});
