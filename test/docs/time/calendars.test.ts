import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { formatTable } from '../../../runner/commands/output/table_text.ts';
import { closedAs } from '../../../runner/core/calendar/calendar.ts';
import { calendarJsonSchema } from '../../../runner/core/calendar/file/keys.ts';
import { calendarsOf } from '../../../runner/core/calendar/file/resolve.ts';
import { CLOSED_POLICIES } from '../../../runner/core/dag/dag.ts';
import { parseDag } from '../../../runner/core/dag_file/parse.ts';
import { instantsAfter, scheduleOf } from '../../../runner/core/time/schedule.ts';
import { calendarFilesIn, readCalendars } from '../../../runner/engine/dags/calendars.ts';
import { nextColumns, nextRows } from '../../../runner/view/dag/next.ts';
import { blocksOf, page, ROOT, tableBelow } from '../pages.ts';

const calendars = page('calendars.md');
const { set } = await readCalendars(path.join(ROOT, 'dags'));
const date = (text: string) => Temporal.PlainDate.from(text);

function dagOf(keys: string) {
  const text = `dag_id: example\ntimezone: America/New_York\n${keys}tasks: [{task_id: a, type: noop}]\n`;
  const { dag, problems } = parseDag(text, 'example.yaml', set);
  return dag ?? assert.fail(JSON.stringify(problems));
}

const startOf = (text: string) => date(text).toZonedDateTime('America/New_York').toInstant();

test('the calendars of the page are the shipped ones, apart from the blanks in braces', () => {
  for (const { text } of blocksOf(calendars, 'yaml calendar')) {
    const [first = '', ...rest] = text.split('\n');
    const [, ...shipped] = readFileSync(path.join(ROOT, first.slice(2)), 'utf8').split('\n');
    const withoutBlanks = (lines: readonly string[]) =>
      lines.join('\n').replaceAll(/\{ | \}/g, (at) => at.trim());
    assert.equal(withoutBlanks(rest), withoutBlanks(shipped), first);
  }
});

test('every shipped calendar is valid, and so the schema of the editors says', async () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(calendarJsonSchema());
  const files = await calendarFilesIn(path.join(ROOT, 'dags'));
  assert.deepEqual(
    files.map((file) => path.basename(file)),
    ['us_business.yaml', 'us_federal.yaml', 'us_retail.yaml'],
  );
  for (const file of files) {
    assert.deepEqual(set.get(path.basename(file, '.yaml'))?.problems, []);
    assert.ok(validate(parse(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors));
  }
  for (const wrong of ['{name: A}', '{name: A, date: 2026-01-01, easter: 1}', '{easter: 1}'])
    assert.equal(validate(parse(`closed: [${wrong}]`)), false, wrong);
});

test('every rule of the table closes the date that it is known for', () => {
  const known = new Map([
    ['Stocktaking', '2027-01-31'],
    ['Christmas Day', '2026-12-25'],
    ['Labor Day', '2026-09-07'],
    ['Memorial Day', '2027-05-31'],
    ['Black Friday', '2026-11-27'],
    ['Good Friday', '2027-03-26'],
    ['the weekend', '2026-11-28'],
  ]);
  const rules = tableBelow(calendars, '## Rules').map(([rule = '']) => rule);
  assert.equal(rules.length, known.size);
  for (const rule of rules) {
    const own = calendarsOf([{ name: 'own', file: 'own.yaml', source: `closed:\n  - ${rule}\n` }]).get('own');
    assert.ok(own?.calendar, JSON.stringify(own?.problems));
    const name = String(parse(rule).name);
    assert.equal(closedAs(own.calendar, date(known.get(name) ?? '')), name, rule);
  }
});

test('dags next shows what the page shows', () => {
  const dag = dagOf('schedule: "0 1 * * *"\ncalendar: us_retail\n');
  const rows = nextRows(dag, { after: startOf('2026-11-25'), count: 2 });
  const columns = nextColumns('America/New_York', 'America/New_York');
  const [shown] = blocksOf(calendars, 'next');
  const trimmed = (text: string) => text.replaceAll(/ +$/gm, '');
  assert.equal(trimmed(formatTable({ columns, rows }, (_, text) => text)), shown?.text);
});

test('each on_closed does with the last day of May 2027 what its row says', () => {
  const rows = tableBelow(calendars, '## What on_closed does');
  assert.deepEqual(
    rows.map(([policy]) => policy),
    [...CLOSED_POLICIES],
  );
  for (const row of rows) {
    const dag = dagOf(`schedule: "0 4 L * *"\ncalendar: us_business\non_closed: ${row[0]}\n`);
    const local = [...instantsAfter(scheduleOf(dag), startOf('2027-05-15')).take(2)].map((instant) =>
      instant
        .toZonedDateTimeISO('America/New_York')
        .toPlainDateTime()
        .toString()
        .replace('T', ' ')
        .slice(0, 16),
    );
    const [may = '-', june] = row[0] === 'skip' ? ['-', local[0]] : local;
    assert.deepEqual(row, [row[0], may, may.slice(0, 10), june]);
  }
});

test('the recipes for business days are valid, and give the days that they promise', () => {
  const found = tableBelow(calendars, '## Business days').map(([wanted, schedule, calendar, onClosed]) => {
    const keys = calendar === '' ? '' : `calendar: ${calendar}\non_closed: ${onClosed}\n`;
    const dag = dagOf(`schedule: "${schedule}"\n${keys}`);
    const next = [...instantsAfter(scheduleOf(dag), startOf('2027-05-28')).take(3)];
    return [
      wanted,
      ...next.map((instant) => instant.toZonedDateTimeISO(dag.timezone).toPlainDate().toString()),
    ];
  });
  // Friday the 28th is the last business day of May: Monday the 31st is Memorial Day.
  assert.deepEqual(found, [
    ['the last business day of the month', '2027-05-28', '2027-06-30', '2027-07-30'],
    ['the first business day of the month', '2027-06-01', '2027-07-01', '2027-08-02'],
    ['every business day', '2027-05-28', '2027-06-01', '2027-06-02'],
    ['Mondays, after a holiday Tuesdays', '2027-06-01', '2027-06-07', '2027-06-14'],
    ['the last weekday, holidays or not', '2027-05-31', '2027-06-30', '2027-07-30'],
  ]);
});

test('the days by their place in a month are those of the table', () => {
  const rows = tableBelow(page('time.md'), 'Days whose number differs from month to month:');
  assert.equal(rows.length, 8);
  for (const [field, written, , expected = ''] of rows) {
    const cron = field === 'day of month' ? `0 4 ${written} 5 *` : `0 4 * 5 ${written}`;
    const [first] = instantsAfter(scheduleOf(dagOf(`schedule: "${cron}"\n`)), startOf('2026-05-01'));
    const found = first?.toZonedDateTimeISO('America/New_York').toPlainDate().toString();
    assert.equal(found, expected, `${written}`);
  }
});
