import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import {
  instantsAfter,
  instantsBetween,
  instantsOnDate,
  nextInstant,
  type Schedule,
  scheduleOf,
} from '../../../../../runner/core/time/schedule.ts';

interface Bounds {
  readonly startDate?: string;
  readonly endDate?: string;
}

function schedule(crons: readonly string[], timezone: string, bounds: Bounds = {}): Schedule {
  const date = (text: string | undefined) => (text === undefined ? null : Temporal.PlainDate.from(text));
  return scheduleOf({
    schedule: crons,
    timezone,
    startDate: date(bounds.startDate),
    endDate: date(bounds.endDate),
    calendar: null,
    onClosed: 'skip',
  });
}

const at = (text: string) => Temporal.Instant.from(text);
const texts = (instants: Iterable<Temporal.Instant>) => [...instants].map(String);
const onDate = (cron: string, zone: string, date: string) =>
  texts(instantsOnDate(schedule([cron], zone), Temporal.PlainDate.from(date)));

describe('a schedule', () => {
  it('merges its expressions in order, an instant that several name once', () => {
    const both = schedule(['0 1 * * *', '0 */12 * * *', '0 12 * * *'], 'UTC');
    assert.deepEqual(
      texts(instantsBetween(both, { after: at('2026-01-01T00:00Z'), until: at('2026-01-02T01:00Z') })),
      ['2026-01-01T01:00:00Z', '2026-01-01T12:00:00Z', '2026-01-02T00:00:00Z', '2026-01-02T01:00:00Z'],
    );
  });

  it('leaves out the instant it starts after and takes the one it runs to', () => {
    const hourly = schedule(['@hourly'], 'UTC');
    const span = (after: string, until: string) =>
      texts(instantsBetween(hourly, { after: at(after), until: at(until) }));
    assert.deepEqual(span('2026-01-01T05:00Z', '2026-01-01T06:00Z'), ['2026-01-01T06:00:00Z']);
    assert.deepEqual(span('2026-01-01T04:59:59.999999Z', '2026-01-01T05:59:59.999999Z'), [
      '2026-01-01T05:00:00Z',
    ]);
    assert.deepEqual(span('2026-01-01T05:00:00.000001Z', '2026-01-01T05:30Z'), []);
    assert.deepEqual(span('2026-01-01T06:00Z', '2026-01-01T05:00Z'), []);
  });

  it('begins and ends with its local dates, both included', () => {
    const nightly = schedule(['30 0,23 * * *'], 'America/New_York', {
      startDate: '2026-01-02',
      endDate: '2026-01-03',
    });
    const all = [
      '2026-01-02T05:30:00Z',
      '2026-01-03T04:30:00Z',
      '2026-01-03T05:30:00Z',
      '2026-01-04T04:30:00Z',
    ];
    assert.deepEqual(texts(instantsAfter(nightly, at('2025-06-01T00:00Z'))), all);
    assert.deepEqual(texts(instantsAfter(nightly, at('2026-01-03T04:30Z'))), all.slice(2));
    assert.equal(nextInstant(nightly, at('2026-01-04T04:30Z')), null);
    const on = (date: string) => texts(instantsOnDate(nightly, Temporal.PlainDate.from(date)));
    assert.deepEqual([on('2026-01-01'), on('2026-01-03'), on('2026-01-04')], [[], all.slice(2), []]);
  });

  it('without an expression is never due', () => {
    assert.equal(nextInstant(schedule([], 'UTC'), at('2026-01-01T00:00Z')), null);
  });

  it('takes the day of month or the day of week where both are given', () => {
    // 2026-06-01 is a Monday, the 13th a Saturday.
    const either = schedule(['0 0 13 6 MON'], 'UTC', { endDate: '2026-06-30' });
    assert.deepEqual(
      texts(instantsAfter(either, at('2026-01-01T00:00Z'))).map((text) => text.slice(8, 10)),
      ['01', '08', '13', '15', '22', '29'],
    );
    // A field that begins with * must match as well: Mondays on odd days.
    const both = schedule(['0 0 */2 6 MON'], 'UTC', { endDate: '2026-06-30' });
    assert.deepEqual(
      texts(instantsAfter(both, at('2026-01-01T00:00Z'))).map((text) => text.slice(8, 10)),
      ['01', '15', '29'],
    );
  });

  it('finds the next 29 February over eight years without walking through their minutes', () => {
    const leapDays = schedule(['0 0 29 2 *'], 'America/New_York');
    const startedMs = performance.now();
    assert.equal(String(nextInstant(leapDays, at('2096-03-01T00:00Z'))), '2104-02-29T05:00:00Z');
    // It takes about 1 ms; the 4 million minutes in between would take seconds.
    assert.ok(performance.now() - startedMs < 500);
  });

  it('ends with the last date of four digits instead of running on', () => {
    assert.deepEqual(texts(instantsAfter(schedule(['@yearly'], 'UTC'), at('9998-06-01T00:00Z'))), [
      '9999-01-01T00:00:00Z',
    ]);
  });
});

// Each night of 2026 and 2027 on which the clocks change, by zone: what fires on that local date, worked out by hand.
const FIXED_HOURS: readonly (readonly [
  zone: string,
  date: string,
  cron: string,
  instants: readonly string[],
])[] = [
  // 02:00 EST -> 03:00 EDT at 07:00Z
  ['America/New_York', '2026-03-08', '30 1 * * *', ['2026-03-08T06:30:00Z']],
  ['America/New_York', '2026-03-08', '0 2 * * *', ['2026-03-08T07:00:00Z']],
  ['America/New_York', '2026-03-08', '30 2 * * *', ['2026-03-08T07:30:00Z']],
  ['America/New_York', '2026-03-08', '0,30 2,3 * * *', ['2026-03-08T07:00:00Z', '2026-03-08T07:30:00Z']],
  ['America/New_York', '2027-03-14', '30 2 * * *', ['2027-03-14T07:30:00Z']],
  ['America/New_York', '2027-03-14', '0 3 * * *', ['2027-03-14T07:00:00Z']],
  // 02:00 EDT -> 01:00 EST at 06:00Z
  ['America/New_York', '2026-11-01', '0 1 * * *', ['2026-11-01T05:00:00Z']],
  ['America/New_York', '2026-11-01', '30 1 * * *', ['2026-11-01T05:30:00Z']],
  ['America/New_York', '2026-11-01', '0 2 * * *', ['2026-11-01T07:00:00Z']],
  ['America/New_York', '2027-11-07', '59 1 * * *', ['2027-11-07T05:59:00Z']],
  // 01:00 GMT -> 02:00 BST at 01:00Z
  ['Europe/London', '2026-03-29', '30 0 * * *', ['2026-03-29T00:30:00Z']],
  ['Europe/London', '2026-03-29', '0 1 * * *', ['2026-03-29T01:00:00Z']],
  ['Europe/London', '2026-03-29', '30 1 * * *', ['2026-03-29T01:30:00Z']],
  ['Europe/London', '2026-03-29', '0,30 1-2 * * *', ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z']],
  ['Europe/London', '2027-03-28', '30 1 * * *', ['2027-03-28T01:30:00Z']],
  // 02:00 BST -> 01:00 GMT at 01:00Z
  ['Europe/London', '2026-10-25', '0 1 * * *', ['2026-10-25T00:00:00Z']],
  ['Europe/London', '2026-10-25', '30 1 * * *', ['2026-10-25T00:30:00Z']],
  ['Europe/London', '2026-10-25', '0 2 * * *', ['2026-10-25T02:00:00Z']],
  ['Europe/London', '2027-10-31', '30 1 * * *', ['2027-10-31T00:30:00Z']],
  // 02:00 +11:00 -> 01:30 +10:30 at 15:00Z the day before
  ['Australia/Lord_Howe', '2026-04-05', '30 1 * * *', ['2026-04-04T14:30:00Z']],
  ['Australia/Lord_Howe', '2026-04-05', '45 1 * * *', ['2026-04-04T14:45:00Z']],
  ['Australia/Lord_Howe', '2026-04-05', '0 2 * * *', ['2026-04-04T15:30:00Z']],
  ['Australia/Lord_Howe', '2027-04-04', '45 1 * * *', ['2027-04-03T14:45:00Z']],
  // 02:00 +10:30 -> 02:30 +11:00 at 15:30Z the day before
  ['Australia/Lord_Howe', '2026-10-04', '45 1 * * *', ['2026-10-03T15:15:00Z']],
  ['Australia/Lord_Howe', '2026-10-04', '0 2 * * *', ['2026-10-03T15:30:00Z']],
  ['Australia/Lord_Howe', '2026-10-04', '15,45 2 * * *', ['2026-10-03T15:45:00Z']],
  ['Australia/Lord_Howe', '2027-10-03', '15 2 * * *', ['2027-10-02T15:45:00Z']],
  // Since 2019 the clocks of Sao Paulo stand, on the old dates too; 00:00 -> 01:00 at 03:00Z in 2018.
  ['America/Sao_Paulo', '2026-11-01', '0 0 * * *', ['2026-11-01T03:00:00Z']],
  ['America/Sao_Paulo', '2027-02-21', '30 23 * * *', ['2027-02-22T02:30:00Z']],
  ['America/Sao_Paulo', '2018-11-04', '0 0 * * *', ['2018-11-04T03:00:00Z']],
  ['America/Sao_Paulo', '2018-11-04', '30 0,1 * * *', ['2018-11-04T03:30:00Z']],
  ['America/Sao_Paulo', '2018-11-03', '30 23 * * *', ['2018-11-04T02:30:00Z']],
  // 00:00 -> 23:00 of the day before at 02:00Z
  ['America/Sao_Paulo', '2018-02-17', '30 23 * * *', ['2018-02-18T01:30:00Z']],
  ['America/Sao_Paulo', '2018-02-18', '0 0 * * *', ['2018-02-18T03:00:00Z']],
  ['Asia/Kathmandu', '2026-03-29', '0 0 * * *', ['2026-03-28T18:15:00Z']],
  ['Asia/Kathmandu', '2027-10-31', '30 1 * * *', ['2027-10-30T19:45:00Z']],
  ['UTC', '2026-03-08', '30 2 * * *', ['2026-03-08T02:30:00Z']],
  ['UTC', '2027-11-07', '30 1 * * *', ['2027-11-07T01:30:00Z']],
  // 23:00 -> 00:00 of the next date at 01:00Z: 23:30 moves into a date that has its own.
  ['America/Nuuk', '2026-03-28', '30 23 * * *', []],
  ['America/Nuuk', '2026-03-29', '30 23 * * *', ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']],
  ['America/Nuuk', '2026-03-29', '0 0,23 * * *', ['2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z']],
  ['America/Nuuk', '2026-10-24', '30 23 * * *', ['2026-10-25T00:30:00Z']],
  // Crossing the date line Apia skipped the 30th.
  ['Pacific/Apia', '2011-12-29', '30 12 * * *', ['2011-12-29T22:30:00Z']],
  ['Pacific/Apia', '2011-12-30', '30 12 * * *', []],
  ['Pacific/Apia', '2011-12-31', '30 12 * * *', ['2011-12-30T22:30:00Z']],
  ['Pacific/Apia', '2011-12-31', '0 0 30 12 *', ['2011-12-30T10:00:00Z']],
];

describe('fixed hours on the nights when the clocks change', () => {
  for (const [zone, date, cron, instants] of FIXED_HOURS) {
    it(`${zone} ${date}: ${cron} fires at ${instants.join(', ') || 'no instant'}`, () => {
      assert.deepEqual(onDate(cron, zone, date), instants);
    });
  }

  it('a moved time counts for the date it moved to, at both bounds', () => {
    const bounded = (bounds: Bounds) =>
      texts(
        instantsBetween(schedule(['30 23 * * *'], 'America/Nuuk', bounds), {
          after: at('2026-03-26T00:00Z'),
          until: at('2026-03-30T23:00Z'),
        }),
      );
    // 23:30 on the 26th and 27th is 01:30Z a day later; that of the 28th is 00:30 on the 29th.
    assert.deepEqual(bounded({ endDate: '2026-03-28' }).slice(1), [
      '2026-03-27T01:30:00Z',
      '2026-03-28T01:30:00Z',
    ]);
    assert.deepEqual(bounded({ startDate: '2026-03-29' }), ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']);
  });
});

const REAL_HOURS: readonly (readonly [zone: string, date: string, cron: string, count: number])[] = [
  ['America/New_York', '2026-03-08', '0 * * * *', 23],
  ['America/New_York', '2026-11-01', '0 * * * *', 25],
  ['America/New_York', '2027-03-14', '0 * * * *', 23],
  ['America/New_York', '2027-11-07', '0 * * * *', 25],
  ['America/New_York', '2026-03-09', '0 * * * *', 24],
  ['America/New_York', '2026-03-08', '*/15 * * * *', 92],
  ['America/New_York', '2026-11-01', '*/15 * * * *', 100],
  ['Europe/London', '2026-03-29', '0 * * * *', 23],
  ['Europe/London', '2026-10-25', '0 * * * *', 25],
  ['Europe/London', '2027-03-28', '0 * * * *', 23],
  ['Europe/London', '2027-10-31', '0 * * * *', 25],
  // 01:30-02:00 comes twice: only minutes from 30 on.
  ['Australia/Lord_Howe', '2026-04-05', '29 * * * *', 24],
  ['Australia/Lord_Howe', '2026-04-05', '30 * * * *', 25],
  ['Australia/Lord_Howe', '2027-04-04', '45 * * * *', 25],
  // 02:00-02:30 is skipped: only minutes below 30.
  ['Australia/Lord_Howe', '2026-10-04', '29 * * * *', 23],
  ['Australia/Lord_Howe', '2026-10-04', '30 * * * *', 24],
  ['Australia/Lord_Howe', '2027-10-03', '0 * * * *', 23],
  ['America/Sao_Paulo', '2018-11-04', '0 * * * *', 23],
  ['America/Sao_Paulo', '2018-02-17', '0 * * * *', 25],
  ['America/Sao_Paulo', '2018-02-18', '0 * * * *', 24],
  ['America/Sao_Paulo', '2026-11-01', '0 * * * *', 24],
  ['America/Sao_Paulo', '2027-02-21', '0 * * * *', 24],
  ['Asia/Kathmandu', '2026-03-29', '0 * * * *', 24],
  ['Asia/Kathmandu', '2027-10-31', '0 * * * *', 24],
  ['UTC', '2026-11-01', '0 * * * *', 24],
  ['UTC', '2027-03-14', '0 * * * *', 24],
  ['Pacific/Apia', '2011-12-30', '* * * * *', 0],
  ['Pacific/Apia', '2011-12-31', '* * * * *', 1440],
];

describe('hours with * or a step on the nights when the clocks change', () => {
  for (const [zone, date, cron, count] of REAL_HOURS) {
    it(`${zone} ${date}: ${cron} fires ${count} times`, () => {
      assert.equal(onDate(cron, zone, date).length, count);
    });
  }

  it('a step skips the time in the gap and fires at both of a time that comes twice', () => {
    assert.deepEqual(onDate('30 1-3/1 * * *', 'America/New_York', '2026-03-08'), [
      '2026-03-08T06:30:00Z',
      '2026-03-08T07:30:00Z',
    ]);
    assert.deepEqual(onDate('30 1-3/2 * * *', 'America/New_York', '2026-11-01'), [
      '2026-11-01T05:30:00Z',
      '2026-11-01T06:30:00Z',
      '2026-11-01T08:30:00Z',
    ]);
  });
});
