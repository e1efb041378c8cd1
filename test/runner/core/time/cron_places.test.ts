import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchingDates } from '../../../../runner/core/time/cron/dates.ts';
import { parseCron } from '../../../../runner/core/time/cron/parse.ts';

const DAY_MS = 86_400_000;
const NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A month as a list of weekdays, 0 for Sunday, by the calendar of `Date`; the first stands for the 1st. */
function weekdaysOf(year: number, month: number): readonly number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return Array.from({ length }, (_, index) => (first + index) % 7);
}

/** An item of a field with the days of a month that it means, found by walking over the whole month. */
interface Item {
  readonly text: string;
  readonly days: (weekdays: readonly number[]) => readonly number[];
}

const isWorkday = (weekday: number | undefined) => weekday !== 0 && weekday !== 6;
const workdaysOf = (weekdays: readonly number[]) =>
  weekdays.flatMap((weekday, index) => (isWorkday(weekday) ? [index + 1] : []));

const dayItems: fc.Arbitrary<Item> = fc.oneof(
  fc.integer({ min: 1, max: 31 }).map((day) => ({ text: String(day), days: () => [day] })),
  fc.constant({ text: 'L', days: (weekdays: readonly number[]) => [weekdays.length] }),
  fc.integer({ min: 1, max: 30 }).map((before) => ({
    text: `L-${before}`,
    days: (weekdays: readonly number[]) => [weekdays.length - before],
  })),
  fc.constant({ text: 'LW', days: (weekdays: readonly number[]) => workdaysOf(weekdays).slice(-1) }),
  fc.integer({ min: 1, max: 31 }).map((day) => ({
    text: `${day}W`,
    days: (weekdays: readonly number[]) =>
      day > weekdays.length
        ? []
        : workdaysOf(weekdays)
            .toSorted((a, b) => Math.abs(a - day) - Math.abs(b - day))
            .slice(0, 1),
  })),
);

const weekdayItems: fc.Arbitrary<Item> = fc
  .record({
    weekday: fc.integer({ min: 0, max: 6 }),
    place: fc.constantFrom('', '#1', '#2', '#3', '#4', '#5', 'L'),
    isNamed: fc.boolean(),
  })
  .map(({ weekday, place, isNamed }) => ({
    text: `${isNamed ? NAMES[weekday] : weekday}${place}`,
    days: (weekdays: readonly number[]) => {
      const same = weekdays.flatMap((each, index) => (each === weekday ? [index + 1] : []));
      if (place === '') return same;
      return place === 'L' ? same.slice(-1) : same.slice(Number(place[1]) - 1, Number(place[1]));
    },
  }));

const field = (items: fc.Arbitrary<Item>) =>
  fc.oneof(fc.constant(null), fc.array(items, { minLength: 1, maxLength: 3 }));

test('L, W and # are the dates that a walk over every day of the month finds', () => {
  fc.assert(
    fc.property(
      field(dayItems),
      field(weekdayItems),
      fc.integer({ min: 1970, max: 2099 }),
      (days, weekdays, year) => {
        const text = `0 0 ${listText(days)} * ${listText(weekdays)}`;
        const found = [
          ...matchingDates(parseCron(text), {
            from: new Temporal.PlainDate(year, 1, 1),
            to: new Temporal.PlainDate(year, 12, 31),
          }),
        ].map(String);
        const expected = Array.from({ length: 12 }, (_, index) => index + 1).flatMap((month) => {
          const of = weekdaysOf(year, month);
          const onDay = daysOf(days, of);
          const onWeekday = daysOf(weekdays, of);
          const isDue = (day: number) =>
            days === null || weekdays === null
              ? onDay.has(day) && onWeekday.has(day)
              : onDay.has(day) || onWeekday.has(day);
          return of.flatMap((_, day) => (isDue(day + 1) ? [isoDate(year, month, day + 1)] : []));
        });
        assert.deepEqual(found, expected, text);
      },
    ),
    { numRuns: 150 },
  );
});

function listText(items: readonly Item[] | null): string {
  return items === null ? '*' : items.map(({ text }) => text).join();
}

function daysOf(items: readonly Item[] | null, weekdays: readonly number[]): ReadonlySet<number> {
  return new Set(
    items === null ? weekdays.map((_, index) => index + 1) : items.flatMap(({ days }) => days(weekdays)),
  );
}

function isoDate(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, 1) + (day - 1) * DAY_MS).toISOString().slice(0, 10);
}
