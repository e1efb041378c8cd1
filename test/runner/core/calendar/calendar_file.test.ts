import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closedAs } from '../../../../runner/core/calendar/calendar.ts';
import { calendarsOf } from '../../../../runner/core/calendar/file/resolve.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';

const setOf = (texts: Readonly<Record<string, string>>) =>
  calendarsOf(Object.entries(texts).map(([name, source]) => ({ name, file: `${name}.yaml`, source })));

/** The problems of each calendar that has any, as `line:column key: message`. */
function problemsOf(texts: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    [...setOf(texts)]
      .filter(([, { problems }]) => problems.length > 0)
      .map(([name, { problems }]) => [
        name,
        problems.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`),
      ]),
  );
}

const dag = (keys: string) =>
  `dag_id: nightly\ntimezone: America/New_York\nschedule: "0 1 * * SUN"\n${keys}tasks: [{task_id: a, type: noop}]\n`;

test('every problem of a calendar is told at once, at its place, with what to do', () => {
  const own = [
    'descripton: x',
    'closed:',
    '  - {date: 2026-02-30, name: A}',
    '  - {name: B}',
    '  - {name: C, date: 2026-01-01, easter: 1}',
    '  - {name: D, month: FEB, day: 30}',
    '  - {name: E, weekday: THU, nth: 6, month: NOV}',
    '  - {name: F, weekday: MON, month: NOV}',
    '  - {name: G, weekday: [MON, TUE], nth: 1}',
    '  - {name: H, day: 5}',
    '  - {name: I, easter: 1, observed: monday}',
    '  - {date: 2026-01-02}',
    '  - {name: J, weekday: MONDAY}',
    '',
  ].join('\n');
  assert.deepEqual(problemsOf({ own }).own, [
    '1:1 descripton: unknown key, did you mean description?',
    '3:12 closed[0].date: "2026-02-30" is not a date: write one of the calendar, such as 2026-01-31',
    '4:5 closed[1]: says no date: give date, month and day, weekday, or easter',
    '5:33 closed[2].easter: stands beside date: a rule is of one kind, make two rules of it',
    '6:32 closed[3].day: FEB has no day 30',
    '7:34 closed[4].nth: found 6, expected at most 5',
    '8:29 closed[5].month: needs nth: without it the rule closes every one of these weekdays',
    '9:24 closed[6].weekday: found a list, and nth takes one weekday: make a rule of each',
    '10:5 closed[7].month: is missing, and must be given with day',
    '11:26 closed[8].observed: belongs to month and day, and this rule has easter: remove it',
    '12:5 closed[9].name: is missing, and must be given',
    '13:24 closed[10].weekday: found "MONDAY", expected one of MON, TUE, WED, THU, FRI, SAT, SUN',
  ]);
});

test('calendars that include each other in a circle are named as a path, and leave the others usable', () => {
  const texts = {
    a: 'include: [b]\n',
    b: 'exclude:\n  - c\n',
    c: 'include: [d, a]\n',
    d: 'closed: [{name: D, date: 2026-01-01}]\n',
    self: 'include: [self]\n',
    above: 'include: [a]\n',
  };
  const found = problemsOf(texts);
  assert.deepEqual(found.a, [
    '1:11 include[0]: the calendars form a cycle: a -> b -> c -> a; take one of these out',
  ]);
  assert.deepEqual(found.b, [
    '2:5 exclude[0]: the calendars form a cycle: b -> c -> a -> b; take one of these out',
  ]);
  assert.deepEqual(found.c, [
    '1:14 include[1]: the calendars form a cycle: c -> a -> b -> c; take one of these out',
  ]);
  assert.deepEqual(found.self, [
    '1:11 include[0]: the calendars form a cycle: self -> self; take one of these out',
  ]);
  assert.match(
    found.above?.[0] ?? '',
    /^1:11 include\[0\]: a has a problem of its own, correct that first: a\.yaml:1:11 /,
  );
  assert.equal(found.d, undefined);
});

test('any web of references is resolved, or every calendar that cannot be says why', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const references = fc.array(fc.subarray([...names, 'none'], { maxLength: 3 }), {
    minLength: 5,
    maxLength: 5,
  });
  fc.assert(
    fc.property(references, references, (include, exclude) => {
      const texts = names.map((name, index) => [
        name,
        `include: [${include[index]?.join() ?? ''}]\nexclude: [${exclude[index]?.join() ?? ''}]\n`,
      ]);
      for (const { calendar, problems } of setOf(Object.fromEntries(texts)).values())
        assert.equal(calendar === null, problems.length > 0);
    }),
  );
});

test('a calendar is named in lower case, holds one document, and a DAG names one that exists and is valid', () => {
  assert.match(
    problemsOf({ 'US-Retail': 'closed: []\n' })['US-Retail']?.[0] ?? '',
    /^1:1 : the file's name "US-Retail" is not/,
  );
  assert.match(
    problemsOf({ two: 'closed: []\n---\nx: 1\n' }).two?.[0] ?? '',
    /a file holds one calendar: remove this ---/,
  );
  const calendars = setOf({ us_retail: 'closed: []\n', bad: 'close: []\n' });
  const of = (keys: string) =>
    parseDag(dag(keys), 'nightly.yaml', calendars).problems.map(
      ({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`,
    );
  assert.deepEqual(of('calendar: us_retail\non_closed: previous\n'), []);
  assert.deepEqual(of('calendar: us_retial\n'), [
    '4:11 calendar: no calendar is called us_retial (a file in calendars/, beside the DAGs), did you mean us_retail?',
  ]);
  assert.deepEqual(of('calendar: bad\n'), [
    '4:11 calendar: the calendar bad is invalid, correct it first: bad.yaml:1:1 close: unknown key, did you mean closed?',
  ]);
  assert.deepEqual(of('on_closed: next\n'), [
    '4:1 on_closed: says nothing without a calendar: add calendar, or remove this',
  ]);
  assert.match(of('calendar: us_retail\non_closed: before\n')[0] ?? '', /one of skip, previous, next, run/);
});

test('a schedule whose every date is closed is warned of, and is never due', () => {
  const calendars = setOf({ sundays: 'closed: [{name: Sunday, weekday: SUN}]\n' });
  const { warnings } = parseDag(dag('calendar: sundays\n'), 'nightly.yaml', calendars);
  assert.deepEqual(
    warnings.map(({ line, message }) => `${line}: ${message}`),
    ['4: sundays closes every date of this schedule: it is never due'],
  );
  assert.deepEqual(
    parseDag(dag('calendar: sundays\non_closed: next\n'), 'nightly.yaml', calendars).warnings,
    [],
  );
});

test('no text makes the parser throw: it is a calendar, or has problems within the text', () => {
  const word = fc.constantFrom(
    ...[
      'closed:',
      'include:',
      '- ',
      '  ',
      '\n',
      '{',
      '}',
      '[',
      ']',
      ', ',
      'name: A',
      'date: 2026-01-01',
      'weekday: MON',
    ],
    ...[
      'nth: last',
      'month: FEB',
      'day: 30',
      'day: 1',
      'easter: 1',
      'observed: monday',
      'plus_days: 2',
      '~',
      '"',
      '\t',
      '&a ',
      '*a',
    ],
  );
  const texts = fc.array(word, { maxLength: 25 }).map((words) => words.join(''));
  const rules = fc
    .array(
      fc.array(word, { maxLength: 5 }).map((words) => `  - {${words.join(', ')}}\n`),
      { maxLength: 3 },
    )
    .map((lines) => `closed:\n${lines.join('')}`);
  fc.assert(
    fc.property(fc.oneof(texts, rules, fc.string()), (source) => {
      const { calendar, problems } = setOf({ own: source }).get('own') ?? assert.fail();
      assert.equal(calendar === null, problems.length > 0, source);
      const lines = source.split('\n').length;
      assert.ok(problems.every(({ line, column }) => line >= 1 && line <= lines + 1 && column >= 1));
      if (calendar !== null) closedAs(calendar, Temporal.PlainDate.from('2026-02-01'));
    }),
    { numRuns: 500 },
  );
});
