import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closedAs } from '../../../../runner/core/calendar/calendar.ts';
import { easterSunday } from '../../../../runner/core/calendar/easter.ts';
import { calendarsOf } from '../../../../runner/core/calendar/file/resolve.ts';

const date = (text: string) => Temporal.PlainDate.from(text);

/** The closed dates of a year of the calendar `own`, with their names. */
function closedIn(year: number, texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const set = calendarsOf(
    Object.entries(texts).map(([name, source]) => ({ name, file: `${name}.yaml`, source })),
  );
  const own = set.get('own');
  assert.ok(own?.calendar, JSON.stringify(own?.problems));
  const { calendar } = own;
  const found: Record<string, string> = {};
  for (let at = date(`${year}-01-01`); at.year === year; at = at.add({ days: 1 })) {
    const name = closedAs(calendar, at);
    if (name !== null) found[at.toString()] = name;
  }
  return found;
}

const rules = (...lines: readonly string[]) => `closed:\n${lines.map((line) => `  - {${line}}\n`).join('')}`;

test('Easter Sunday is that of the Western churches, from the earliest to the latest date it can have', () => {
  // From published tables; 1818 and 2285 are the earliest, 1886 and 2038 the latest.
  for (const text of [
    '1818-03-22',
    '1886-04-25',
    '1954-04-18',
    '1961-04-02',
    '1981-04-19',
    '2000-04-23',
    '2008-03-23',
    '2011-04-24',
    '2019-04-21',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2038-04-25',
    '2049-04-18',
    '2076-04-19',
    '2285-03-22',
  ])
    assert.equal(easterSunday(date(text).year).toString(), text);
});

test('Easter is a Sunday from 22 March to 25 April', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1583, max: 9999 }), (year) => {
      const { dayOfWeek, month, day } = easterSunday(year);
      assert.equal(dayOfWeek, 7);
      assert.ok((month === 3 && day >= 22) || (month === 4 && day <= 25));
    }),
  );
});

test('a date on a weekend is observed on the Monday after, on the nearest weekday, or as it is', () => {
  // 2027-12-25 is a Saturday, 2027-06-20 a Sunday.
  const days = (observed: string) =>
    rules(
      `name: C, month: DEC, day: 25, observed: ${observed}`,
      `name: J, month: JUN, day: 20, observed: ${observed}`,
    );
  assert.deepEqual(closedIn(2027, { own: days('monday') }), {
    '2027-06-21': 'J (observed)',
    '2027-12-27': 'C (observed)',
  });
  assert.deepEqual(closedIn(2027, { own: days('nearest_weekday') }), {
    '2027-06-21': 'J (observed)',
    '2027-12-24': 'C (observed)',
  });
  assert.deepEqual(closedIn(2027, { own: days('as_is') }), { '2027-06-20': 'J', '2027-12-25': 'C' });
});

test('New Year on a Saturday is observed in the year before', () => {
  const own = rules("name: New Year's Day, month: JAN, day: 1, observed: nearest_weekday");
  assert.deepEqual(closedIn(2027, { own }), {
    '2027-01-01': "New Year's Day",
    '2027-12-31': "New Year's Day (observed)",
  });
  assert.deepEqual(closedIn(2028, { own }), {});
});

test('a substitute day passes over the days that other rules of the file close', () => {
  const own = rules(
    'name: Christmas, month: DEC, day: 25, observed: next_weekday',
    'name: Boxing Day, month: DEC, day: 26, observed: next_weekday',
  );
  // 2022: Sunday and Monday; 2027: Saturday and Sunday; 2026: Friday and Saturday.
  assert.deepEqual(closedIn(2022, { own }), {
    '2022-12-26': 'Boxing Day',
    '2022-12-27': 'Christmas (observed)',
  });
  assert.deepEqual(closedIn(2027, { own }), {
    '2027-12-27': 'Christmas (observed)',
    '2027-12-28': 'Boxing Day (observed)',
  });
  assert.deepEqual(closedIn(2026, { own }), {
    '2026-12-25': 'Christmas',
    '2026-12-28': 'Boxing Day (observed)',
  });
});

test('the fifth weekday of a month is closed where there is one, the last one always, and days after it too', () => {
  const own = rules(
    'name: fifth, weekday: SAT, nth: 5',
    'name: last, weekday: MON, nth: last, month: [MAY, FEB]',
    'name: after, weekday: THU, nth: 4, month: NOV, plus_days: 1',
  );
  assert.deepEqual(closedIn(2026, { own }), {
    '2026-01-31': 'fifth',
    '2026-02-23': 'last',
    '2026-05-25': 'last',
    '2026-05-30': 'fifth',
    '2026-08-29': 'fifth',
    '2026-10-31': 'fifth',
    '2026-11-27': 'after',
  });
});

test('the first rule names a date; weekdays come last, and what is excluded is open whatever closes it', () => {
  const texts = {
    own: `include: [other]\nexclude: [open]\n${rules(
      'name: the weekend, weekday: [SAT, SUN]',
      'name: first, date: 2026-12-25',
      'name: second, date: 2026-12-25',
    )}`,
    other: rules('name: Boxing Day, month: DEC, day: 26', 'name: Monday, date: 2026-12-28'),
    open: rules('name: open Sunday, date: 2026-12-20', 'name: open Monday, date: 2026-12-28'),
  };
  const december = Object.entries(closedIn(2026, texts)).filter(([day]) => day >= '2026-12-19');
  assert.deepEqual(december, [
    ['2026-12-19', 'the weekend'],
    ['2026-12-25', 'first'],
    ['2026-12-26', 'Boxing Day'],
    ['2026-12-27', 'the weekend'],
  ]);
});
