import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { runProgram } from '../../../../runner/commands/cli/program.ts';
import { keptShell } from '../../../support/kept_shell.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const FIXTURES = path.join(ROOT, 'test/fixtures/schedules');

interface Schedule {
  readonly name: string;
  readonly schedule: readonly string[];
  readonly timezone: string;
  readonly calendar?: string;
  readonly on_closed?: string;
}

interface NextRow {
  readonly business_date: string;
  readonly scheduled_for: string | null;
  readonly closed: string | null;
  readonly moved_to: string | null;
}

const schedules: readonly Schedule[] = JSON.parse(
  await readFile(path.join(FIXTURES, 'schedules.json'), 'utf8'),
);
/** By day-by-day enumeration in another language, from published lists of holidays: `make_tables.py`. */
const table = await readFile(path.join(FIXTURES, 'due.csv'), 'utf8');
const linesOf = Map.groupBy(table.trimEnd().split('\n').slice(1), (line) => line.split(',')[0]);

const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-schedules-'));
after(() => rm(folder, { recursive: true }));
for (const calendars of [path.join(ROOT, 'dags/calendars'), path.join(FIXTURES, 'calendars')]) {
  await cp(calendars, path.join(folder, 'calendars'), { recursive: true });
}

for (const { name, schedule, timezone, calendar, on_closed: onClosed } of schedules) {
  const words = calendar === undefined ? '' : `, ${onClosed ?? 'skip'} what ${calendar} closes`;
  test(`dags next of ${schedule.join(' and ')}${words}: three years as in the table`, async () => {
    const file = path.join(folder, `${name}.yaml`);
    const keys = [
      `dag_id: ${name}`,
      `timezone: ${timezone}`,
      `schedule: ${JSON.stringify(schedule)}`,
      ...(calendar === undefined ? [] : [`calendar: ${calendar}`]),
      ...(onClosed === undefined ? [] : [`on_closed: ${onClosed}`]),
      'tasks: [{task_id: a, type: noop}]',
    ];
    await writeFile(file, `${keys.join('\n')}\n`);
    const expected = linesOf.get(name) ?? [];
    const runs = expected.filter((line) => line.split(',')[2] !== '').length;
    // One more than the table holds, so that closed dates after the last run are shown too.
    const { shell, written } = keptShell();
    const line = ['dags', 'next', file, '--after', '2025-12-31 23:59', '-n', String(runs + 1), '-o', 'json'];
    assert.equal(await runProgram(line, shell, []), 0, written.join(''));
    const rows: readonly NextRow[] = JSON.parse(written.join(''));
    const found = rows
      .filter((row) => row.business_date <= '2028-12-31')
      .map((row) =>
        [name, row.business_date, row.scheduled_for ?? '', row.closed ?? '', row.moved_to ?? ''].join(),
      );
    assert.ok(expected.length > 0);
    assert.deepEqual(found, expected);
  });
}
