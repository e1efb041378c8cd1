import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  businessDateOf,
  formatWallTime,
  isTimeZone,
  parseWallTime,
  resolveWallTime,
  WallTimeError,
} from '../../../../runner/core/time/wall_time.ts';

const date = (text: string) => Temporal.PlainDate.from(text);

describe('wall clock times', () => {
  for (const [text, clock, plusDays] of [
    ['01:30', '01:30:00', 0],
    ['00:30+1d', '00:30:00', 1],
    ['23:15:30', '23:15:30', 0],
    ['23:59:59+12d', '23:59:59', 12],
    ['00:00', '00:00:00', 0],
  ] as const) {
    it(`${text} is read, and written the same`, () => {
      const wallTime = parseWallTime(text);
      assert.equal(wallTime.time.toString(), clock);
      assert.equal(wallTime.plusDays, plusDays);
      assert.equal(formatWallTime(wallTime), text);
    });
  }

  it('zero seconds and zero days are left out when written', () => {
    assert.equal(formatWallTime(parseWallTime('01:30:00+0d')), '01:30');
  });

  for (const [text, advice] of [
    ['24:00', 'midnight at the end of the day is "00:00+1d"'],
    ['1:30', 'write the hour with two digits, "01:30"'],
    ['01:30 pm', 'write 24 hours, such as "13:30"'],
    ['23:00-1d', 'it lies on the business date or after it, never before'],
    ['25:00', 'write "01:30", "23:15:30", or "00:30+1d" for the next day'],
    ['01:60', 'write "01:30"'],
    ['0130', 'write "01:30"'],
    ['', 'write "01:30"'],
    ['01:30+1', 'write "01:30"'],
    ['01:30\n', 'write "01:30"'],
  ] as const) {
    it(`${JSON.stringify(text)} is refused with advice`, () => {
      assert.throws(
        () => parseWallTime(text),
        (error) =>
          error instanceof WallTimeError &&
          error.message.startsWith(`${JSON.stringify(text)} is not a wall clock time: ${advice}`),
      );
    });
  }
});

describe('the instant of a wall clock time', () => {
  for (const [why, zone, businessDate, wallTime, instant] of [
    ['an ordinary winter night', 'America/New_York', '2026-01-15', '01:30', '2026-01-15T06:30:00Z'],
    ['the next day', 'America/New_York', '2026-01-15', '00:30+1d', '2026-01-16T05:30:00Z'],
    ['the next day over a month end', 'Europe/London', '2026-07-31', '00:30+1d', '2026-07-31T23:30:00Z'],
    ['skipped: 03:30 instead', 'America/New_York', '2026-03-08', '02:30', '2026-03-08T07:30:00Z'],
    ['skipped on the next day', 'America/New_York', '2026-03-07', '02:30+1d', '2026-03-08T07:30:00Z'],
    ['skipped: 02:30 instead', 'Europe/London', '2026-03-29', '01:30', '2026-03-29T01:30:00Z'],
    ['skipped: 02:45 instead', 'Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:45:00Z'],
    ['skipped midnight: 01:00 instead', 'America/Sao_Paulo', '2018-11-04', '00:00', '2018-11-04T03:00:00Z'],
    ['twice: the first', 'America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00Z'],
    ['twice: the first', 'Europe/London', '2026-10-25', '01:30', '2026-10-25T00:30:00Z'],
    ['a date that was skipped whole', 'Pacific/Apia', '2011-12-30', '12:00', '2011-12-30T22:00:00Z'],
    ['seconds', 'Asia/Kathmandu', '2026-05-01', '23:15:30', '2026-05-01T17:30:30Z'],
  ] as const) {
    it(`${zone} ${businessDate} ${wallTime} (${why}) is ${instant}`, () => {
      assert.equal(resolveWallTime(date(businessDate), parseWallTime(wallTime), zone).toString(), instant);
    });
  }

  it('the business date is the local one', () => {
    const instant = Temporal.Instant.from('2026-03-08T03:59:59Z');
    assert.equal(businessDateOf(instant, 'America/New_York').toString(), '2026-03-07');
    assert.equal(businessDateOf(instant, 'Asia/Kathmandu').toString(), '2026-03-08');
  });
});

describe('time zone names', () => {
  for (const name of [
    'America/New_York',
    'Europe/London',
    'UTC',
    'utc',
    'Etc/GMT+5',
    'Asia/Calcutta',
    'Australia/Lord_Howe',
  ]) {
    it(`${name} is one`, () => assert.equal(isTimeZone(name), true));
  }
  for (const text of [
    '+05:00',
    '-0500',
    'UTC+5',
    'Z',
    'PST',
    'New_York',
    'America/New York',
    'America/Newyork',
    'Local',
    '',
    ' UTC',
    'UTC\n',
    '2026-01-01T00:00+00:00[Europe/London]',
  ]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(isTimeZone(text), false));
  }
});
