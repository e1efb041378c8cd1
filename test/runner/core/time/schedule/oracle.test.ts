/**
 * Whole years against a walk through every minute of them: whole numbers, tables typed by hand and the two rules
 * applied one minute at a time, without Temporal and without the code under test.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instantsBetween, scheduleOf } from '../../../../../runner/core/time/schedule.ts';
import { CALENDAR, DAY_MINUTES, utcMinute, ZONE_YEARS, type ZoneYear } from './zone_years.ts';

interface Wall {
  minute: number;
  hour: number;
  day: number;
  month: number;
  /** 0 is Sunday. */
  weekday: number;
}

interface HandCron {
  readonly text: string;
  readonly rule: 'fixed' | 'real';
  readonly matches: (wall: Wall) => boolean;
}

const CRONS: readonly HandCron[] = [
  { text: '30 1 * * *', rule: 'fixed', matches: (w) => w.minute === 30 && w.hour === 1 },
  { text: '30 2 * * *', rule: 'fixed', matches: (w) => w.minute === 30 && w.hour === 2 },
  { text: '0,30 0-3 * * *', rule: 'fixed', matches: (w) => w.minute % 30 === 0 && w.hour <= 3 },
  {
    text: '15 0 1,15 * *',
    rule: 'fixed',
    matches: (w) => w.minute === 15 && w.hour === 0 && (w.day === 1 || w.day === 15),
  },
  {
    text: '0 3 13 * FRI',
    rule: 'fixed',
    matches: (w) => w.minute === 0 && w.hour === 3 && (w.day === 13 || w.weekday === 5),
  },
  {
    text: '20 2 */2 * SUN',
    rule: 'fixed',
    matches: (w) => w.minute === 20 && w.hour === 2 && w.day % 2 === 1 && w.weekday === 0,
  },
  {
    text: '*/10 23 28-31 * *',
    rule: 'fixed',
    matches: (w) => w.minute % 10 === 0 && w.hour === 23 && w.day >= 28,
  },
  {
    text: '45 1,23 * 2-4,9-12 1-6',
    rule: 'fixed',
    matches: (w) =>
      w.minute === 45 &&
      (w.hour === 1 || w.hour === 23) &&
      ((w.month >= 2 && w.month <= 4) || w.month >= 9) &&
      w.weekday !== 0,
  },
  {
    text: '* 1 * * SAT-SUN',
    rule: 'fixed',
    matches: (w) => w.hour === 1 && (w.weekday === 6 || w.weekday === 0),
  },
  {
    text: '0 0 29 2 *',
    rule: 'fixed',
    matches: (w) => w.minute === 0 && w.hour === 0 && w.day === 29 && w.month === 2,
  },
  { text: '0 * * * *', rule: 'real', matches: (w) => w.minute === 0 },
  { text: '*/15 * * * 0,6', rule: 'real', matches: (w) => w.minute % 15 === 0 && w.weekday % 6 === 0 },
  {
    text: '40 */2 * * 0',
    rule: 'real',
    matches: (w) => w.minute === 40 && w.hour % 2 === 0 && w.weekday === 0,
  },
  {
    text: '5 0-4/2 * 3,4,10,11 *',
    rule: 'real',
    matches: (w) =>
      w.minute === 5 &&
      w.hour <= 4 &&
      w.hour % 2 === 0 &&
      (w.month === 3 || w.month === 4 || w.month === 10 || w.month === 11),
  },
];

function setWall(wall: Wall, localMinute: number): void {
  const date = CALENDAR[Math.floor(localMinute / DAY_MINUTES)];
  assert.ok(date);
  const minuteOfDay = localMinute % DAY_MINUTES;
  wall.minute = minuteOfDay % 60;
  wall.hour = (minuteOfDay - wall.minute) / 60;
  wall.day = date.day;
  wall.month = date.month;
  wall.weekday = date.weekday;
}

/** UTC minutes since 1970, for each of CRONS, from 1 January 00:00Z to 31 December 23:59Z. */
function walk({ year, offset, changes }: ZoneYear): number[][] {
  const fired: number[][] = CRONS.map(() => []);
  const pending = changes.map(([month, day, hour, minute, to]) => ({
    at: utcMinute(year, month, day) + hour * 60 + minute,
    to,
  }));
  let before = offset;
  let present = offset;
  let changedAt = 0;
  let latestLocal = Number.NEGATIVE_INFINITY;
  const wall: Wall = { minute: 0, hour: 0, day: 0, month: 0, weekday: 0 };
  const skipped: Wall = { ...wall };

  const end = utcMinute(year, 12, 31) + DAY_MINUTES;
  for (let utc = utcMinute(year, 1, 1); utc < end; utc++) {
    const change = pending[0];
    if (change?.at === utc) {
      before = present;
      present = change.to;
      changedAt = utc;
      pending.shift();
    }
    const local = utc + present;
    const isFirst = local > latestLocal;
    latestLocal = Math.max(latestLocal, local);
    // What the old clocks would show now was skipped; moved on by the gap's length it fires at this very minute.
    const isMovedHere = present > before && utc < changedAt + (present - before);
    setWall(wall, local);
    if (isMovedHere) setWall(skipped, utc + before);

    for (let i = 0; i < CRONS.length; i++) {
      const cron = CRONS[i];
      const asShown = cron?.matches(wall) && (isFirst || cron.rule === 'real');
      const asMoved = isMovedHere && cron?.rule === 'fixed' && cron.matches(skipped);
      if (asShown || asMoved) fired[i]?.push(utc);
    }
  }
  return fired;
}

for (const zoneYear of ZONE_YEARS) {
  const { zone, year } = zoneYear;
  it(`${zone} ${year}: ${CRONS.length} expressions fire at exactly the minutes a walk through the year finds`, () => {
    const expected = walk(zoneYear);
    for (const [i, { text }] of CRONS.entries()) {
      const schedule = scheduleOf({
        schedule: [text],
        timezone: zone,
        startDate: null,
        endDate: null,
        calendar: null,
        onClosed: 'skip',
      });
      const actual = [
        ...instantsBetween(schedule, {
          after: Temporal.Instant.fromEpochMilliseconds(utcMinute(year, 1, 1) * 60_000 - 1),
          until: Temporal.Instant.fromEpochMilliseconds((utcMinute(year, 12, 31) + DAY_MINUTES) * 60_000 - 1),
        }),
      ].map((instant) => instant.epochMilliseconds / 60_000);
      assert.deepEqual(actual, expected[i], `${text} in ${zone}`);
    }
  });
}
