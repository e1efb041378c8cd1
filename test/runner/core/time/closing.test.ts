import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Calendar, ClosedRule } from '../../../../runner/core/calendar/calendar.ts';
import { closedAs } from '../../../../runner/core/calendar/calendar.ts';
import { CLOSED_POLICIES } from '../../../../runner/core/dag/dag.ts';
import { closedDates } from '../../../../runner/core/time/closed_dates.ts';
import { runsByDate } from '../../../../runner/core/time/date_runs.ts';
import { planDue } from '../../../../runner/core/time/due.ts';
import { instantsBetween, instantsOnDate, scheduleOf } from '../../../../runner/core/time/schedule.ts';

const calendarOf = (rules: readonly ClosedRule[]): Calendar => ({
  name: 'own',
  description: '',
  rules,
  include: [],
  exclude: [],
});

const YEAR_START = Temporal.PlainDate.from('2026-01-01');
const dates = fc.integer({ min: 0, max: 600 }).map((days) => YEAR_START.add({ days }));
const rules: fc.Arbitrary<ClosedRule> = fc.oneof(
  dates.map((date): ClosedRule => ({ kind: 'date', name: `date ${date}`, date })),
  fc
    .subarray([2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 3 })
    .map((weekdays): ClosedRule => ({ kind: 'weekdays', name: `weekdays ${weekdays}`, weekdays })),
  fc
    .integer({ min: 1, max: 28 })
    .map((day): ClosedRule => ({ kind: 'month_day', name: `day ${day}`, month: 3, day, observed: 'monday' })),
);

const schedules = fc
  .record({
    crons: fc.subarray(['0 1 * * *', '30 2 * * SUN', '0 5 L * *', '15 */8 1,15 * *', '0 23 * * FRI#2'], {
      minLength: 1,
      maxLength: 2,
    }),
    timezone: fc.constantFrom('America/New_York', 'Europe/London', 'Asia/Kathmandu'),
    closed: fc.array(rules, { maxLength: 5 }),
    onClosed: fc.constantFrom(...CLOSED_POLICIES),
  })
  .map(({ crons, timezone, closed, onClosed }) => ({
    calendar: calendarOf(closed),
    onClosed,
    crons,
    timezone,
    schedule: scheduleOf({
      schedule: crons,
      timezone,
      startDate: null,
      endDate: null,
      calendar: calendarOf(closed),
      onClosed,
    }),
  }));

/** The schedule of one expression as if it had no calendar. */
const plain = (cron: string, timezone: string) =>
  scheduleOf({
    schedule: [cron],
    timezone,
    startDate: null,
    endDate: null,
    calendar: null,
    onClosed: 'skip',
  });

describe('for any calendar', () => {
  it('a date is due if it is open and matches, or gets the run of a closed one beside it; never twice', () => {
    fc.assert(
      fc.property(schedules, dates, ({ crons, timezone, schedule, calendar, onClosed }, date) => {
        const isClosed = (at: Temporal.PlainDate) => onClosed !== 'run' && closedAs(calendar, at) !== null;
        const sources = (): readonly Temporal.PlainDate[] => {
          const found = [date];
          const step = onClosed === 'next' ? -1 : onClosed === 'previous' ? 1 : 0;
          for (let at = date.add({ days: step }); step !== 0 && isClosed(at); at = at.add({ days: step }))
            found.push(at);
          return found;
        };
        const expected = isClosed(date)
          ? []
          : crons.flatMap((cron) => {
              const own = plain(cron, timezone);
              const isDue = sources().some((source) => instantsOnDate(plain(cron, 'UTC'), source).length > 0);
              if (!isDue) return [];
              const everyDay = plain(`${cron.split(' ').slice(0, 2).join(' ')} * * *`, timezone);
              return instantsOnDate(own, date).length > 0
                ? instantsOnDate(own, date)
                : instantsOnDate(everyDay, date);
            });
        const distinct = [...new Set(expected.map((instant) => instant.epochMilliseconds))].sort(
          (a, b) => a - b,
        );
        assert.deepEqual(
          instantsOnDate(schedule, date).map((instant) => instant.epochMilliseconds),
          distinct,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('the runs counted by date are those of the schedule', () => {
    fc.assert(
      fc.property(schedules, dates, ({ schedule }, first) => {
        const last = first.add({ days: 40 });
        const byDate = runsByDate(schedule, { first, last });
        for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
          const instants = instantsOnDate(schedule, date);
          const found = byDate.get(date.toString());
          assert.equal(found?.count ?? 0, instants.length);
          assert.equal(found?.first.toString(), instants[0]?.toString());
        }
      }),
      { numRuns: 40 },
    );
  });

  it('what was due without it is a run, missed, or closed, and none of it twice; the next plan is at the next of these', () => {
    fc.assert(
      fc.property(schedules, dates, fc.integer({ min: 0, max: 30 * 24 }), (any, date, hours) => {
        const { schedule } = any;
        const cursor = date.toZonedDateTime(schedule.timezone).toInstant();
        const now = cursor.add({ hours });
        const timing = { schedule, catchup: 'all' as const, catchupWindowMs: 86_400_000 };
        const { runs, missed, closed, planAgainAt } = planDue(timing, { cursor, now });
        const open = { ...schedule, closing: null };
        const closedIso = new Set(closed.map((each) => each.date.toString()));
        const dueIso = [...runs.map(({ scheduledFor }) => scheduledFor), ...missed].map((instant) =>
          instant.toZonedDateTimeISO(schedule.timezone).toPlainDate().toString(),
        );
        assert.ok(dueIso.every((each) => !closedIso.has(each)));
        const known = new Set(dueIso);
        for (const instant of instantsBetween(open, { after: cursor, until: now })) {
          const iso = instant.toZonedDateTimeISO(schedule.timezone).toPlainDate().toString();
          assert.ok(known.has(iso) || closedIso.has(iso), iso);
        }
        if (planAgainAt === null) return;
        // A plan just before it has nothing new to decide, and one at it has.
        const before = planDue(timing, { cursor: now, now: planAgainAt.subtract({ milliseconds: 1 }) });
        const at = planDue(timing, { cursor: now, now: planAgainAt });
        assert.equal(before.runs.length + before.missed.length + before.closed.length, 0);
        assert.ok(at.runs.length + at.missed.length + at.closed.length > 0);
      }),
      { numRuns: 60 },
    );
  });

  it('a closed date has the name of its calendar, and the date that its run is moved to is open', () => {
    fc.assert(
      fc.property(schedules, dates, ({ schedule, calendar, onClosed }, from) => {
        for (const { date, name, movedTo } of closedDates(schedule, { from, to: from.add({ days: 30 }) })) {
          assert.equal(closedAs(calendar, date), name);
          assert.equal(movedTo === null, onClosed === 'skip');
          if (movedTo === null) continue;
          assert.equal(closedAs(calendar, movedTo), null);
          assert.ok(instantsOnDate(schedule, movedTo).length > 0);
          assert.equal(Temporal.PlainDate.compare(movedTo, date), onClosed === 'next' ? 1 : -1);
        }
      }),
      { numRuns: 100 },
    );
  });
});

it('a run is moved by 31 days at most, and left out where everything is closed', () => {
  const always = calendarOf([{ kind: 'weekdays', name: 'always', weekdays: [1, 2, 3, 4, 5, 6, 7] }]);
  const schedule = scheduleOf({
    schedule: ['0 1 * * *'],
    timezone: 'UTC',
    startDate: null,
    endDate: null,
    calendar: always,
    onClosed: 'next',
  });
  const from = YEAR_START;
  assert.deepEqual(instantsOnDate(schedule, from), []);
  const [first] = closedDates(schedule, { from, to: from });
  assert.deepEqual([first?.name, first?.movedTo], ['always', null]);
});
