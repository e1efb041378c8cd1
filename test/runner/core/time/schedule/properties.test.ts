import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CATCHUP_POLICIES } from '../../../../../runner/core/dag/dag.ts';
import { planDue } from '../../../../../runner/core/time/due.ts';
import {
  instantsAfter,
  instantsBetween,
  instantsOnDate,
  nextInstant,
  scheduleOf,
} from '../../../../../runner/core/time/schedule.ts';
import { businessDateOf } from '../../../../../runner/core/time/wall_time.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Temporal.Instant.from('2009-01-01T00:00Z').epochMilliseconds;
const LAST_MS = Temporal.Instant.from('2029-01-01T00:00Z').epochMilliseconds;

/** Zones whose clocks never leap over midnight forwards into another date. */
const SAME_DATE_ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'UTC',
];
const zones = fc.constantFrom(
  ...SAME_DATE_ZONES,
  'America/Nuuk',
  'Pacific/Apia',
  'Antarctica/Casey',
  'Africa/Cairo',
);

const fixedHour = fc.oneof(
  fc.integer({ min: 0, max: 23 }).map(String),
  fc.constantFrom('0-3', '1,2', '0,23', '22-23,2'),
);
const realHour = fc.constantFrom('*', '*/2', '0-4/2', '1,20-23/3');
const minute = fc.oneof(
  fc.integer({ min: 0, max: 59 }).map(String),
  fc.constantFrom('*/15', '0,30', '7-50/20', '59'),
);
const days = fc.constantFrom(
  '* * *',
  '1,15 * *',
  '* * MON-FRI',
  '*/2 * SUN',
  '13 * 5',
  '* 3,4,10,11 SAT,SUN',
);
const crons = fc.tuple(minute, fc.oneof(fixedHour, realHour), days).map(([m, h, d]) => `${m} ${h} ${d}`);
const schedules = fc
  .record({ crons: fc.array(crons, { minLength: 1, maxLength: 3 }), timezone: zones })
  .map(({ crons: schedule, timezone }) =>
    scheduleOf({ schedule, timezone, startDate: null, endDate: null, calendar: null, onClosed: 'skip' }),
  );
const instants = fc
  .integer({ min: FIRST_MS, max: LAST_MS })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
const dates = instants.map((instant) => businessDateOf(instant, 'UTC'));

const toMs = (list: Iterable<Temporal.Instant>) => [...list].map((instant) => instant.epochMilliseconds);
const ascending = (list: readonly number[]) => [...list].sort((a, b) => a - b);

describe('for any schedule', () => {
  it('the instants strictly increase, from after the one given on', () => {
    fc.assert(
      fc.property(schedules, instants, (schedule, after) => {
        let previousMs = after.epochMilliseconds;
        for (const ms of toMs(instantsAfter(schedule, after).take(60))) {
          assert.ok(ms > previousMs);
          previousMs = ms;
        }
      }),
    );
  });

  it('a span is the sum of its two parts, and next is its first', () => {
    fc.assert(
      fc.property(
        schedules,
        instants,
        fc.integer({ min: 0, max: 5 * DAY_MS }),
        fc.integer({ min: 0, max: 5 * DAY_MS }),
        (schedule, after, firstMs, secondMs) => {
          const middle = after.add({ milliseconds: firstMs });
          const until = middle.add({ milliseconds: secondMs });
          const whole = toMs(instantsBetween(schedule, { after, until }));
          const parts = [
            ...instantsBetween(schedule, { after, until: middle }),
            ...instantsBetween(schedule, { after: middle, until }),
          ];
          assert.deepEqual(toMs(parts), whole);
          const next = nextInstant(schedule, after);
          assert.ok(next !== null);
          if (whole.length > 0) assert.equal(next.epochMilliseconds, whole[0]);
          else assert.ok(Temporal.Instant.compare(next, until) > 0);
        },
      ),
    );
  });

  it('every instant lies on its own local date and on no other', () => {
    fc.assert(
      fc.property(schedules, dates, (schedule, date) => {
        const daysAround = Array.from({ length: 5 }, (_, i) => date.add({ days: i - 2 }));
        const byDate = daysAround.flatMap((day) => {
          const onDay = instantsOnDate(schedule, day);
          assert.ok(onDay.every((instant) => businessDateOf(instant, schedule.timezone).equals(day)));
          return toMs(onDay);
        });
        const start = date.subtract({ days: 2 }).toZonedDateTime(schedule.timezone).toInstant();
        const end = date.add({ days: 3 }).toZonedDateTime(schedule.timezone).toInstant();
        const span = { after: start.subtract({ milliseconds: 1 }), until: end.subtract({ milliseconds: 1 }) };
        assert.deepEqual(byDate, toMs(instantsBetween(schedule, span)));
      }),
    );
  });

  it('a fixed hour fires exactly once on every local date', () => {
    const anyMinute = fc.integer({ min: 0, max: 59 });
    const anyHour = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(anyMinute, anyHour, fc.constantFrom(...SAME_DATE_ZONES), dates, (m, h, timezone, from) => {
        const to = from.add({ days: 365 });
        const schedule = scheduleOf({
          schedule: [`${m} ${h} * * *`],
          timezone,
          startDate: from,
          endDate: to,
          calendar: null,
          onClosed: 'skip',
        });
        const fired = [
          ...instantsAfter(schedule, Temporal.Instant.fromEpochMilliseconds(FIRST_MS - DAY_MS)),
        ].map((instant) => String(businessDateOf(instant, timezone)));
        assert.deepEqual(
          fired,
          Array.from({ length: 366 }, (_, i) => String(from.add({ days: i }))),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('for any schedule, policy, cursor and clock', () => {
  // At most eight instants an hour over five days: fewer than the thousand missed ones that a plan names.
  const cases = fc
    .record({
      timing: fc.record({
        schedule: schedules,
        catchup: fc.constantFrom(...CATCHUP_POLICIES),
        catchupWindowMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 * DAY_MS })),
      }),
      now: instants,
      cursorAgeMs: fc.oneof(
        fc.integer({ min: -DAY_MS, max: 600_000 }),
        fc.integer({ min: 0, max: 5 * DAY_MS }),
      ),
    })
    .map(({ timing, now, cursorAgeMs }) => ({
      timing,
      now,
      cursor: now.subtract({ milliseconds: cursorAgeMs }),
    }));

  it('each instant after the cursor up to now is either run or missed, once and in order; no other is', () => {
    fc.assert(
      fc.property(cases, ({ timing, cursor, now }) => {
        const { runs, missed, next } = planDue(timing, { cursor, now });
        const runMs = toMs(runs.map(({ scheduledFor }) => scheduledFor));
        const missedMs = toMs(missed);
        for (const list of [runMs, missedMs]) assert.deepEqual(list, ascending(list));

        const due = toMs(instantsBetween(timing.schedule, { after: cursor, until: now }));
        assert.deepEqual(ascending([...runMs, ...missedMs]), due);
        assert.ok(next !== null && Temporal.Instant.compare(next, now) > 0);
        assert.ok(Temporal.Instant.compare(next, cursor) > 0);
      }),
      { numRuns: 300 },
    );
  });

  it('planning again from the last planned instant gives no run', () => {
    fc.assert(
      fc.property(cases, ({ timing, cursor, now }) => {
        const last = planDue(timing, { cursor, now }).runs.at(-1)?.scheduledFor ?? now;
        assert.deepEqual(planDue(timing, { cursor: last, now }).runs, []);
      }),
      { numRuns: 300 },
    );
  });
});
