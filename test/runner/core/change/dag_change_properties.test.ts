import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dateChanges } from '../../../../runner/core/change/date_changes.ts';
import { clockChanges, resolveOccurrence } from '../../../../runner/core/time/clock_change.ts';
import { runsByDate, runsOf } from '../../../../runner/core/time/date_runs.ts';
import { instantsBetween, instantsOnDate, scheduleOf } from '../../../../runner/core/time/schedule.ts';
import { changeAt, nightly } from './support.ts';

const zones = fc.constantFrom(
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/Nuuk',
  'UTC',
);
const crons = fc.constantFrom(
  '30 1 * * *',
  '30 2 * * *',
  '0 0 * * *',
  '45 23 * * *',
  '0 1-3 * * *',
  '15,45 */2 * * *',
  '0 2 * * MON-FRI',
  '30 1 1,15 * *',
);
const schedules = fc.uniqueArray(crons, { minLength: 1, maxLength: 2 });
/** Instants of the years 2017 to 2030, in which Sao Paulo stopped and Cairo resumed changing their clocks. */
const instants = fc
  .integer({ min: 1_483_228_800, max: 1_893_456_000 })
  .map((second) => Temporal.Instant.fromEpochMilliseconds(second * 1000));

const dagOf = (timezone: string, schedule: readonly string[]) =>
  nightly({ timezone, schedule: JSON.stringify(schedule) });

test('the runs of a date are counted as the schedule fires, whatever the clocks do', () => {
  fc.assert(
    fc.property(zones, schedules, instants, (timezone, schedule, at) => {
      const first = at.toZonedDateTimeISO(timezone).toPlainDate();
      const parsed = scheduleOf(dagOf(timezone, schedule));
      const found = runsByDate(parsed, { first, last: first.add({ days: 40 }) });
      for (let date = first; Temporal.PlainDate.compare(date, first.add({ days: 40 })) <= 0; ) {
        const { count = 0, first: earliest } = runsOf(instantsOnDate(parsed, date)) ?? {};
        const counted = found.get(date.toString());
        assert.deepEqual(
          [counted?.count ?? 0, String(counted?.first)],
          [count, String(earliest)],
          String(date),
        );
        date = date.add({ days: 1 });
      }
    }),
    { numRuns: 60 },
  );
});

test('a version compared with itself changes nothing, at any moment', () => {
  fc.assert(
    fc.property(zones, schedules, instants, (timezone, schedule, at) => {
      const dag = dagOf(timezone, schedule);
      const { kind, isSafe, dates } = changeAt(at.toString(), { before: dag, after: dag });
      assert.deepEqual(
        [kind, isSafe, dates.moved, dates.recounted, dates.gained],
        ['unchanged', true, [], [], []],
      );
    }),
    { numRuns: 8 },
  );
});

test('dates lost by a change are those gained by the change back', () => {
  fc.assert(
    fc.property(zones, schedules, schedules, instants, (timezone, one, other, at) => {
      const [before, after] = [dagOf(timezone, one), dagOf(timezone, other)];
      const facts = { now: at, changeAt: at, cursor: at, isPaused: false, ran: [] };
      const there = dateChanges({ before, after }, facts, 60);
      const back = dateChanges({ before: after, after: before }, facts, 60);
      assert.deepEqual(there.lost.map(String), back.gained.map(String));
      assert.deepEqual(there.gained.map(String), back.lost.map(String));
    }),
    { numRuns: 30 },
  );
});

test('what is said to be safe from an instant is safe there', () => {
  fc.assert(
    fc.property(zones, crons, crons, instants, (timezone, one, other, at) => {
      const versions = { before: dagOf(timezone, [one]), after: dagOf(timezone, [other]) };
      // All that was due on the days before has run.
      const ran = [
        ...instantsBetween(scheduleOf(versions.before), { after: at.subtract({ hours: 48 }), until: at }),
      ].map((scheduledFor) => ({
        scheduledFor,
        businessDate: scheduledFor.toZonedDateTimeISO(timezone).toPlainDate(),
      }));
      const change = changeAt(at.toString(), versions, { ran });
      assert.equal(change.isSafe, change.dates.lost.length + change.dates.doubled.length === 0);
      if (change.safeFrom === null) return;
      const later = changeAt(at.toString(), versions, { ran, changeAt: change.safeFrom });
      assert.deepEqual([later.dates.lost, later.dates.doubled], [[], []]);
    }),
    { numRuns: 8 },
  );
});

test('a wall time never comes exactly in the gaps, and twice exactly in the overlaps', () => {
  fc.assert(
    fc.property(zones, instants, fc.integer({ min: -180, max: 180 }), (timezone, at, minutes) => {
      for (const { from, until, direction } of clockChanges(timezone, {
        after: at,
        until: at.add({ hours: 24 * 366 }),
      })) {
        const wall = from.add({ minutes });
        const isWithin =
          Temporal.PlainDateTime.compare(wall, from) >= 0 && Temporal.PlainDateTime.compare(wall, until) < 0;
        const expected = !isWithin ? 'once' : direction === 'forward' ? 'never' : 'twice';
        assert.equal(resolveOccurrence(wall, timezone).occurrence, expected, `${wall} ${timezone}`);
      }
    }),
  );
});
