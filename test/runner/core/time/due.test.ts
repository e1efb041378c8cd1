import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import { CATCHUP_POLICIES, type CatchupPolicy } from '../../../../runner/core/dag/dag.ts';
import { MISSED_AFTER_MS, planDue } from '../../../../runner/core/time/due.ts';
import { scheduleOf } from '../../../../runner/core/time/schedule.ts';

const HOUR_MS = 3_600_000;
const at = (text: string) => Temporal.Instant.from(text);

interface Given {
  readonly cron?: string;
  readonly timezone?: string;
  readonly endDate?: string;
  readonly catchup: CatchupPolicy;
  readonly windowMs?: number;
  readonly cursor: string;
  readonly now: string;
}

/** Runs as `catchup 2026-01-09T01:00:00Z`. */
function plan({ cron = '0 1 * * *', timezone = 'UTC', windowMs = 48 * HOUR_MS, ...given }: Given) {
  const endDate = given.endDate === undefined ? null : Temporal.PlainDate.from(given.endDate);
  const schedule = scheduleOf({
    schedule: [cron],
    timezone,
    startDate: null,
    endDate,
    calendar: null,
    onClosed: 'skip',
  });
  const { runs, missed, next } = planDue(
    { schedule, catchup: given.catchup, catchupWindowMs: windowMs },
    { cursor: at(given.cursor), now: at(given.now) },
  );
  return {
    runs: runs.map(({ runType, scheduledFor }) => `${runType} ${scheduledFor}`),
    missed: missed.map(String),
    next: next === null ? null : String(next),
  };
}

describe('what is due now', () => {
  // Due at 01:00Z; the window is 48 h unless said otherwise.
  for (const [why, now, expected] of [
    ['a moment before', '2026-01-10T00:59:59.999999Z', []],
    ['at its instant', '2026-01-10T01:00:00Z', ['scheduled 2026-01-10T01:00:00Z']],
    ['just under five minutes late', '2026-01-10T01:04:59.999Z', ['scheduled 2026-01-10T01:00:00Z']],
    ['exactly five minutes late', '2026-01-10T01:05:00Z', ['scheduled 2026-01-10T01:00:00Z']],
  ] as const) {
    for (const catchup of CATCHUP_POLICIES) {
      it(`${why}, ${catchup}: ${expected.join() || 'nothing'}`, () => {
        const planned = plan({ catchup, cursor: '2026-01-09T01:00:00Z', now });
        assert.deepEqual([planned.runs, planned.missed], [expected, []]);
      });
    }
  }

  for (const [catchup, runs, missed] of [
    ['none', [], ['2026-01-10T01:00:00Z']],
    ['latest', ['catchup 2026-01-10T01:00:00Z'], []],
    ['all', ['catchup 2026-01-10T01:00:00Z'], []],
  ] as const) {
    it(`a millisecond over five minutes late it was missed, ${catchup}: ${runs.join() || 'no run'}`, () => {
      const planned = plan({ catchup, cursor: '2026-01-09T01:00:00Z', now: '2026-01-10T01:05:00.001Z' });
      assert.deepEqual([planned.runs, planned.missed], [runs, missed]);
    });
  }

  for (const catchup of ['latest', 'all'] as const) {
    for (const [why, now, isRun] of [
      ['just under', '2026-01-10T06:59:59.999Z', true],
      ['exactly', '2026-01-10T07:00:00Z', true],
      ['just over', '2026-01-10T07:00:00.001Z', false],
    ] as const) {
      it(`a missed one ${why} as old as the window of 6 h ${isRun ? 'is' : 'is not'} caught up, ${catchup}`, () => {
        const planned = plan({ catchup, windowMs: 6 * HOUR_MS, cursor: '2026-01-09T01:00:00Z', now });
        const instant = '2026-01-10T01:00:00Z';
        assert.deepEqual(
          [planned.runs, planned.missed],
          isRun ? [[`catchup ${instant}`], []] : [[], [instant]],
        );
      });
    }
  }

  // Five nights were missed: the 6th to the 10th, the last three 49 h, 25 h and 1 h ago.
  for (const [catchup, runs, missedDays] of [
    ['none', [], ['06', '07', '08', '09', '10']],
    ['latest', ['catchup 2026-01-10T01:00:00Z'], ['06', '07', '08', '09']],
    ['all', ['catchup 2026-01-09T01:00:00Z', 'catchup 2026-01-10T01:00:00Z'], ['06', '07', '08']],
  ] as const) {
    it(`after an outage of five nights ${catchup} runs ${runs.length} of them`, () => {
      const planned = plan({ catchup, cursor: '2026-01-05T01:00:00Z', now: '2026-01-10T02:00:00Z' });
      assert.deepEqual(planned.runs, runs);
      assert.deepEqual(
        planned.missed,
        missedDays.map((day) => `2026-01-${day}T01:00:00Z`),
      );
      assert.equal(planned.next, '2026-01-11T01:00:00Z');
    });
  }

  // The same, with the night of the 10th three minutes ago.
  for (const [catchup, runs, missedDays] of [
    ['none', ['scheduled 2026-01-10T01:00:00Z'], ['08', '09']],
    ['latest', ['scheduled 2026-01-10T01:00:00Z'], ['08', '09']],
    ['all', ['catchup 2026-01-09T01:00:00Z', 'scheduled 2026-01-10T01:00:00Z'], ['08']],
  ] as const) {
    it(`beside one that is due now ${catchup} runs ${runs.length}`, () => {
      const planned = plan({ catchup, cursor: '2026-01-07T01:00:00Z', now: '2026-01-10T01:03:00Z' });
      assert.deepEqual(planned.runs, runs);
      assert.deepEqual(
        planned.missed,
        missedDays.map((day) => `2026-01-${day}T01:00:00Z`),
      );
    });
  }

  it('every instant of the last five minutes is a scheduled run, under none as well', () => {
    const planned = plan({
      cron: '* * * * *',
      catchup: 'none',
      cursor: '2026-01-10T00:57:00Z',
      now: '2026-01-10T01:04:30Z',
    });
    assert.deepEqual(planned.runs, [
      'scheduled 2026-01-10T01:00:00Z',
      'scheduled 2026-01-10T01:01:00Z',
      'scheduled 2026-01-10T01:02:00Z',
      'scheduled 2026-01-10T01:03:00Z',
      'scheduled 2026-01-10T01:04:00Z',
    ]);
    assert.deepEqual(planned.missed, ['2026-01-10T00:58:00Z', '2026-01-10T00:59:00Z']);
  });

  it('a window shorter than five minutes does not cut what is merely late', () => {
    for (const catchup of CATCHUP_POLICIES) {
      const planned = plan({
        catchup,
        windowMs: 60_000,
        cursor: '2026-01-08T01:00:00Z',
        now: '2026-01-10T01:04:00Z',
      });
      assert.deepEqual(planned.runs, ['scheduled 2026-01-10T01:00:00Z']);
      assert.deepEqual(planned.missed, ['2026-01-09T01:00:00Z']);
    }
  });

  it('the night of the short day is due at its moved instant and no second time', () => {
    // 02:30 in New York is 03:30 EDT, 07:30Z, on 8 March 2026.
    const night = { cron: '30 2 * * *', timezone: 'America/New_York', catchup: 'latest' } as const;
    const atOnce = plan({ ...night, cursor: '2026-03-07T07:30:00Z', now: '2026-03-08T07:30:00Z' });
    assert.deepEqual(atOnce.runs, ['scheduled 2026-03-08T07:30:00Z']);
    const after = plan({ ...night, cursor: '2026-03-08T07:30:00Z', now: '2026-03-08T07:31:00Z' });
    assert.deepEqual([after.runs, after.next], [[], '2026-03-09T06:30:00Z']);
  });

  it('a cursor ahead of the clock creates nothing and next lies after it', () => {
    const planned = plan({ catchup: 'all', cursor: '2026-01-12T01:00:00Z', now: '2026-01-10T02:00:00Z' });
    assert.deepEqual(planned, { runs: [], missed: [], next: '2026-01-13T01:00:00Z' });
  });

  it('after the last date there is no next', () => {
    const planned = plan({
      catchup: 'all',
      endDate: '2026-01-09',
      cursor: '2026-01-08T01:00:00Z',
      now: '2026-01-10T02:00:00Z',
    });
    assert.deepEqual(planned, { runs: ['catchup 2026-01-09T01:00:00Z'], missed: [], next: null });
  });
});

describe('a long outage', () => {
  for (const [catchup, runCount, newestMissed] of [
    // Late, not missed: 00:00 back to 23:55.
    ['none', 6, '2025-12-31T23:54:00Z'],
    ['latest', 6, '2025-12-31T23:54:00Z'],
    // The window of an hour goes back to 23:00.
    ['all', 61, '2025-12-31T22:59:00Z'],
  ] as const) {
    it(`of six years, every minute, ${catchup}: the newest 1000 missed are named without a walk through the rest`, () => {
      const startedMs = performance.now();
      const planned = plan({
        cron: '* * * * *',
        catchup,
        windowMs: HOUR_MS,
        cursor: '2020-01-01T00:00:00Z',
        now: '2026-01-01T00:00:00Z',
      });
      // It takes about 15 ms; three million minutes would take seconds.
      assert.ok(performance.now() - startedMs < 1000);
      assert.equal(planned.runs.length, runCount);
      assert.equal(planned.missed.length, 1000);
      assert.equal(planned.missed.at(-1), newestMissed);
      assert.equal(planned.missed[0], String(at(newestMissed).subtract({ minutes: 999 })));
    });
  }

  it('of ten years finds the yearly instants it holds', () => {
    const planned = plan({
      cron: '@yearly',
      catchup: 'none',
      cursor: '2016-01-01T00:00:00Z',
      now: '2026-06-01T00:00:00Z',
    });
    assert.equal(planned.missed.length, 10);
    assert.equal(planned.missed[0], '2017-01-01T00:00:00Z');
  });

  it('under latest with over a thousand missed runs the newest and names the thousand before it', () => {
    const planned = plan({
      cron: '0 * * * *',
      catchup: 'latest',
      windowMs: 2 * HOUR_MS,
      cursor: '2025-01-01T00:00:00Z',
      now: '2026-01-01T00:30:00Z',
    });
    assert.deepEqual(planned.runs, ['catchup 2026-01-01T00:00:00Z']);
    assert.equal(planned.missed.length, 1000);
    assert.equal(planned.missed.at(-1), '2025-12-31T23:00:00Z');
  });
});

it('latest still names a thousand missed where the newest of just a thousand in a day is run', () => {
  // 50 minutes of 20 hours: 1000 a day, the last at 19:49.
  const planned = plan({
    cron: '0-49 0-19 * * *',
    catchup: 'latest',
    cursor: '2025-12-01T00:00:00Z',
    now: '2026-01-01T23:00:00Z',
  });
  assert.deepEqual(planned.runs, ['catchup 2026-01-01T19:49:00Z']);
  assert.equal(planned.missed.length, 1000);
  assert.equal(planned.missed[0], '2025-12-31T19:49:00Z');
});

it('late turns into missed after five minutes', () => assert.equal(MISSED_AFTER_MS, 300_000));
