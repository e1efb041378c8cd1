import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { cliProject } from '../cli_project.ts';

const FIVE_FAULTS = [
  'dag_id: five',
  'timezone: America/New_York',
  'schedule: "61 1 * * *"',
  'tasks:',
  '  - task_id: a',
  '    type: step',
  '    depends_on: [b]',
  '    retires: 3',
  '  - task_id: b',
  '    type: step',
  '    depends_on: [a]',
  '    with:',
  '\t    ms: 3',
  '  - {task_id: c, type: step, with: {ms: soon}}',
  '  - {task_id: d, type: wrecked}',
  '',
].join('\n');

const nightly = (dagId: string, timezone: string, cron: string) => `dag_id: ${dagId}
timezone: ${timezone}
schedule: "${cron}"
tasks:
  - {task_id: first, type: step}
  - {task_id: beside, type: step}
  - {task_id: then, type: step, depends_on: [first, {task_id: beside, delay: 1h}], not_before: "02:45", deadline: "05:00"}
  - {task_id: last, type: step, depends_on: [then]}
`;

const project = await cliProject({ after });
await project.write('dags/new_york.yaml', nightly('new_york', 'America/New_York', '30 2 * * *'));
await project.write('dags/london.yaml', nightly('london', 'Europe/London', '30 1 * * *'));
after(() => assert.equal(existsSync(path.join(project.dir, '.stockflow')), false, 'a database was started'));

test('validate reports every fault of a file at once, each at its line and column', async () => {
  await project.write('bad/five.yaml', FIVE_FAULTS);
  await project.write('tasks/wrecked.ts', 'throw new Error("no such library");\n');
  const [table, json] = await Promise.all([
    project.run(['dags', 'validate', 'bad', 'dags']),
    project.run(['dags', 'validate', 'bad/five.yaml', '-o', 'json'], { STOCKFLOW_DEBUG: '1' }),
  ]);
  assert.equal(table.code, 3);
  const lines = table.stdout.trimEnd().split('\n');
  const wanted = [
    /^bad\/five\.yaml:3:12 schedule: .*"61"/,
    /^bad\/five\.yaml:7:18 tasks\[0\]\.depends_on\[0\]: .*a -> b -> a/,
    /^bad\/five\.yaml:8:5 tasks\[0\]\.retires: unknown key, did you mean retries\?/,
    /^bad\/five\.yaml:13:1: a tab /,
    /^bad\/five\.yaml:14:41 tasks\[2\]\.with\.ms: found "soon"/,
    /^bad\/five\.yaml:15:24 tasks\[3\]\.type: .*wrecked\.ts: no such library/,
  ];
  assert.equal(lines.length, wanted.length, table.stdout);
  for (const [index, line] of lines.entries()) assert.match(line, wanted[index] ?? /never/);
  assert.match(table.stderr, /6 problems in 1 of 3 files/);
  assert.match(table.stderr, /wrecked\.ts: no such library/);
  assert.equal(json.code, 3);
  const problems: { line: number; column: number }[] = JSON.parse(json.stdout);
  assert.deepEqual(
    problems.map(({ line, column }) => `${line}:${column}`),
    ['3:12', '7:18', '8:5', '13:1', '14:41', '15:24'],
  );
});

test('validate exits 4 for a path that is not there, and 2 where there is no folder of task types', async () => {
  const [nowhere, noTasks] = await Promise.all([
    project.run(['dags', 'validate', 'nowhere.yaml']),
    project.run(['dags', 'validate'], { STOCKFLOW_TASKS: 'nowhere' }),
  ]);
  assert.deepEqual([nowhere.code, noTasks.code], [4, 2]);
  assert.match(noTasks.stderr, /STOCKFLOW_TASKS/);
});

test('next moves an instant out of the hour that the clocks skip, and shows the time here beside it, each under its zone', async () => {
  const { code, stdout } = await project.run([
    'dags',
    'next',
    'new_york',
    '-n',
    '3',
    '--after',
    '2026-03-07',
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /^business date {2}in America\/New_York {3}in UTC, your zone +note$/m);
  assert.deepEqual(stdout.trimEnd().split('\n').slice(1), [
    '2026-03-07     2026-03-07 02:30 EST  2026-03-07 07:30 UTC',
    '2026-03-08     2026-03-08 03:30 EDT  2026-03-08 07:30 UTC  2026-03-08 02:30 does not exist in America/New_York: it runs at 03:30 EDT',
    '2026-03-09     2026-03-09 02:30 EDT  2026-03-09 06:30 UTC',
  ]);
});

test('next shows one column of times where the zone of the DAG is the one here', async () => {
  const { stdout } = await project.runAlone(
    ['dags', 'next', 'new_york', '-n', '1', '--after', '2026-03-06'],
    {
      TZ: 'America/New_York',
    },
  );
  assert.equal(stdout, 'business date  in America/New_York   note\n2026-03-06     2026-03-06 02:30 EST\n');
});

test('next takes the first of an hour that comes twice, of a file too, and as data', async () => {
  const [json, csv, over] = await Promise.all([
    project.run([
      'dags',
      'next',
      'dags/london.yaml',
      '-n',
      '2',
      '--after',
      '2026-10-24T22:00Z',
      '-o',
      'json',
    ]),
    project.run(['dags', 'next', 'london', '-n', '1', '--after', '2026-10-25', '-o', 'csv']),
    project.run(['dags', 'next', 'london', '--after', 'soon']),
  ]);
  // On 25 October 2026 London's 01:30 comes at 00:30Z (BST) and again at 01:30Z (GMT).
  assert.deepEqual(
    JSON.parse(json.stdout).map((row: { scheduled_for: string }) => row.scheduled_for),
    ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
  );
  assert.equal(csv.stdout.split('\n')[1]?.split(',')[1], '2026-10-25T00:30:00Z');
  assert.equal(over.code, 2);
});

test('show draws each task once under what it waits for last, with its edges and times', async () => {
  const [text, json] = await Promise.all([
    project.run(['dags', 'show', 'new_york']),
    project.run(['dags', 'show', 'new_york', '-o', 'json']),
  ]);
  assert.match(text.stdout, /at 02:30 every day, America\/New_York/);
  const lines = text.stdout.trimEnd().split('\n');
  const head = lines.findIndex((line) => line.startsWith('task id'));
  assert.deepEqual(
    lines.slice(head + 1).map((line) => line.split(/ {2,}step/)[0]),
    ['first', 'beside', '└─ then', '   └─ last'],
  );
  assert.match(lines[head + 3] ?? '', /after first too, 1h after it, not before 02:45, deadline 05:00$/);
  const { tasks } = JSON.parse(json.stdout);
  assert.deepEqual(tasks[2].depends_on, [
    { task_id: 'first', delay_ms: 0 },
    { task_id: 'beside', delay_ms: 3_600_000 },
  ]);
});

test('show exits 3 with the problems of an invalid file, and schema describes every task type', async () => {
  await project.write('dags/broken.yaml', 'dag_id: broken\ntimezone: Nowhere\nschedule: null\ntasks: []\n');
  const [invalid, schema] = await Promise.all([
    project.run(['dags', 'show', 'broken']),
    project.run(['dags', 'schema']),
  ]);
  assert.equal(invalid.code, 3);
  assert.match(invalid.stderr, /dags\/broken\.yaml:2:11 timezone: /);
  assert.equal(schema.code, 0);
  assert.ok('with_step' in JSON.parse(schema.stdout).$defs);
});

test('the commands that only read files start no database', () => {
  assert.equal(existsSync(path.join(project.dir, '.stockflow')), false);
});

test('a calendar is validated with the DAGs that name it, and shown with them', async () => {
  const shop = nightly('shop', 'America/New_York', '0 1 * * *').replace(
    'tasks:',
    'calendar: shop\non_closed: next\ntasks:',
  );
  await project.write('closing/shop.yaml', shop);
  await project.write(
    'closing/calendars/shop.yaml',
    'closed:\n  - {name: Thanksgiving, weekday: THU, nth: 6, month: NOV}\n',
  );
  const env = { STOCKFLOW_DAGS: 'closing' };
  const [invalid, alone] = await Promise.all([
    project.run(['dags', 'validate'], env),
    project.run(['dags', 'validate', 'closing/calendars/shop.yaml']),
  ]);
  const problem = 'closing/calendars/shop.yaml:2:45 closed[0].nth: found 6, expected at most 5';
  assert.deepEqual([invalid.code, alone.code], [3, 3]);
  assert.deepEqual(invalid.stdout.trimEnd().split('\n'), [
    `closing/shop.yaml:4:11 calendar: the calendar shop is invalid, correct it first: ${problem}`,
    problem,
  ]);
  assert.equal(alone.stdout.trimEnd(), problem);

  await project.write(
    'closing/calendars/shop.yaml',
    'closed:\n  - {name: Thanksgiving, weekday: THU, nth: 4, month: NOV}\n',
  );
  const [valid, shown, next, choices] = await Promise.all([
    project.run(['dags', 'validate'], env),
    project.run(['dags', 'show', 'closing/shop.yaml']),
    project.run(['dags', 'next', 'closing/shop.yaml', '--after', '2026-11-26', '-n', '1', '-o', 'csv']),
    project.run(['dags', 'schema', 'calender']),
  ]);
  assert.equal(valid.stdout, '');
  assert.match(shown.stdout, /on the open day after instead of the closed days of shop;/);
  assert.match(shown.stdout, /^shop closes Thanksgiving: on the fourth Thursday of November$/m);
  const [, closed = '', run = ''] = next.stdout.split('\n');
  assert.match(
    closed,
    /^2026-11-26,,,,Thanksgiving,2026-11-27,closed: Thanksgiving; its run is moved to 2026-11-27$/,
  );
  assert.match(run, /^2026-11-27,2026-11-27T06:00:00Z,/);
  assert.equal(choices.code, 2);
});
