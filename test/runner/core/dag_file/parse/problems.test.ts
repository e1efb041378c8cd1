import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEAD, report, TASK, withTasks } from './report.ts';

test('every error of a file is reported at once, in the order of the file, behind a tab as well', () => {
  const source = `dag_id: night
timezone: America/NewYork
schedule: "0 25 * * *"
shedule: x
tasks:
  - task_id: a
    type: noop
    depends_on: [c]
  - task_id: b
\ttype: noop
\tretires: 3
    depends_on: [a]
  - task_id: c
    type: noop
    depends_on: [b, exprt]
    retry_delay: 1x
`;
  assert.deepEqual(report(source, 'dags/night.yaml'), [
    '2:11 timezone: "America/NewYork" is not a time zone, did you mean America/New_York?',
    '3:14 schedule: bad cron "0 25 * * *" at its column 3',
    '4:1 shedule: unknown key, did you mean schedule?',
    '8:18 tasks[0].depends_on[0]: these tasks wait for each other: a -> b -> c -> a; remove one of the dependencies',
    '10:1: a tab indents this line: YAML takes spaces only',
    '11:1: a tab indents this line: YAML takes spaces only',
    '11:2 tasks[1].retires: unknown key, did you mean retries?',
    '15:21 tasks[2].depends_on[1]: no task is called exprt; there are a, b',
    '16:18 tasks[2].retry_delay: "1x" is not a duration: write whole numbers with a unit, the largest first, such as 30s, 5m, 1h, 2d or 1h30m',
  ]);
});

test('a key that is missing is reported at the map that lacks it', () => {
  assert.deepEqual(report(`# night\ndag_id: night\ntasks:\n  - {type: noop}\n`), [
    '2:1 timezone: is missing, and must be given',
    '2:1 schedule: is missing, and must be given',
    '4:5 tasks[0].task_id: is missing, and must be given',
  ]);
});

test('a DAG needs tasks', () => {
  assert.deepEqual(report(`${HEAD}tasks: []\n`), ['4:8 tasks: is empty: write at least one']);
  assert.deepEqual(report(`${HEAD}tasks:\n`), ['4:1 tasks: found nothing, expected a list']);
  assert.deepEqual(report(`${HEAD}tasks:\n  - a\n`), ['5:5 tasks[0]: found "a", expected a map']);
});

test('dag_id is an id, and the name of its file', () => {
  const text = withTasks(TASK);
  assert.deepEqual(report(text, 'dags/night.yaml'), []);
  assert.deepEqual(report(text, 'dags/day.yaml'), [
    "1:9 dag_id: night is not the file's name: write day, or rename the file",
  ]);
  assert.deepEqual(report(text.replace('night', 'Night'), 'dags/night.yaml'), [
    '1:9 dag_id: "Night" is not an id: begin with a letter a-z, then a-z, 0-9 or _, at most 63 in all',
  ]);
  assert.deepEqual(report(text.replace('night', '2026'), 'dags/night.yaml'), [
    '1:9 dag_id: found 2026, expected text: put quotes around it, "2026"',
  ]);
  assert.equal(report(withTasks(`{task_id: ${'a'.repeat(64)}, type: noop}`)).length, 1);
  assert.equal(report(withTasks(`{task_id: ${'a'.repeat(63)}, type: noop}`)).length, 0);
});

test('values of the wrong kind are named as the user wrote them, with what to write instead', () => {
  const source = `${HEAD}description: 007
catchup: lates
catchup_window: 60
max_active_runs: "2"
dagrun_timeout: 0s
default_args: {retries: 1.5, retry_exponential_backoff: "true"}
${'tasks:'}
  - {task_id: a, type: noop, depends_on: b, priority: [1], with: 5, on_deadline: stop}
`;
  assert.deepEqual(report(source), [
    '4:14 description: found 007, expected text: put quotes around it, "007"',
    '5:10 catchup: found "lates", did you mean latest? It is one of none, latest, all',
    '6:17 catchup_window: found 60, expected text such as "24h"',
    '7:18 max_active_runs: found "2", expected a number: remove the quotes',
    '8:17 dagrun_timeout: "0s" is too short: write more than 0s',
    '9:25 default_args.retries: found 1.5, expected a whole number',
    '9:57 default_args.retry_exponential_backoff: found "true", expected true or false: remove the quotes',
    '11:42 tasks[0].depends_on: found "b", expected a list: write [b]',
    '11:55 tasks[0].priority: found a list, expected a number',
    '11:66 tasks[0].with: found 5, expected a map',
    '11:82 tasks[0].on_deadline: found "stop", expected one of alert, fail',
  ]);
});

test('unknown keys are refused on every level, with the nearest key or all there are', () => {
  const source = `${HEAD}default_args: {retires: 1, task_id: a}
params: {x: {type: integer, defualt: 1}}
tasks:
  - {task_id: a, type: noop, depend_on: []}
  - {task_id: b, type: noop, depends_on: [{task_id: a, dely: 1h}]}
`;
  assert.deepEqual(report(source), [
    '4:16 default_args.retires: unknown key, did you mean retries?',
    '4:28 default_args.task_id: unknown key; there are retries, retry_delay, retry_exponential_backoff, max_retry_delay, execution_timeout, pool, pool_slots, priority, trigger_rule',
    '5:29 params.x.defualt: unknown key, did you mean default?',
    '7:30 tasks[0].depend_on: unknown key, did you mean depends_on?',
    '8:56 tasks[1].depends_on[0].dely: unknown key, did you mean delay?',
  ]);
});

test('a bad cron is pointed at within its text, in a list too', () => {
  const cron = (schedule: string) => report(withTasks(TASK).replace('null', schedule));
  assert.deepEqual(cron(`"0 1 * * *", '61 * * * *'`.replace(/^/, '[').concat(']')), [
    '3:26 schedule[1]: bad cron "61 * * * *" at its column 1',
  ]);
  assert.deepEqual(cron('0 1 * FOO *'), ['3:17 schedule: bad cron "0 1 * FOO *" at its column 7']);
  assert.deepEqual(cron('[]'), ['3:11 schedule: is empty: write null to run by hand only']);
  assert.deepEqual(cron('5'), ['3:11 schedule: found 5, expected text or a list or a map or null']);
});

test('zones and dates that do not exist are refused, and dates the wrong way round', () => {
  const source = (start: string, end: string) => `start_date: ${start}\nend_date: ${end}\n${withTasks(TASK)}`;
  assert.deepEqual(report(source('2026-02-29', '26-1-1')), [
    '1:13 start_date: "2026-02-29" is not a date: write one of the calendar, such as 2026-01-31',
    '2:11 end_date: "26-1-1" is not a date: write one of the calendar, such as 2026-01-31',
  ]);
  assert.deepEqual(report(source('2026-02-02', '2026-02-01')), [
    '2:11 end_date: 2026-02-01 is before the start_date 2026-02-02: no day is left to run on',
  ]);
  assert.deepEqual(report(source('2026-02-02', '2026-02-02')), []);
  assert.deepEqual(report(withTasks(TASK).replace('America/New_York', 'New York')), [
    '2:11 timezone: "New York" is not a time zone: write an IANA name such as America/New_York',
  ]);
});

test('wall times are quoted, and a deadline lies after not_before', () => {
  const times = (text: string) => report(withTasks(`{task_id: a, type: noop, ${text}}`));
  assert.deepEqual(times('not_before: 01:30'), [
    '5:42 tasks[0].not_before: found 01:30 without quotes, which some YAML readers take for a number: write "01:30"',
  ]);
  assert.deepEqual(times('not_before: 0130'), [
    '5:42 tasks[0].not_before: found 0130, expected text such as "01:30"',
  ]);
  assert.deepEqual(times('deadline: "25:00"'), [
    '5:40 tasks[0].deadline: "25:00" is not a wall clock time: write "01:30", "23:15:30", or "00:30+1d" for the next day',
  ]);
  assert.deepEqual(times('not_before: "02:00", deadline: "02:00"'), [
    '5:61 tasks[0].deadline: 02:00 is not after not_before 02:00: the task could never be in time',
  ]);
  assert.deepEqual(times('not_before: "23:00", deadline: "01:00+1d"'), []);
  assert.deepEqual(times('not_before: "01:00+1d", deadline: "23:00"').length, 1);
});

test('params have a name, a type and a default of that type', () => {
  const params = (text: string) => report(`params: {${text}}\n${withTasks(TASK)}`);
  assert.deepEqual(
    params('n: {type: integer, default: 5}, s: {type: string}, d: {type: date, default: 2026-01-31}'),
    [],
  );
  assert.deepEqual(params('n: {type: integer, default: "5"}'), [
    '1:38 params.n.default: found "5", expected a whole number: remove the quotes',
  ]);
  assert.deepEqual(params('s: {type: string, default: 007}'), [
    '1:37 params.s.default: found 007, expected text: write "007"',
  ]);
  assert.deepEqual(params('n: {type: int}'), [
    '1:20 params.n.type: found "int", expected one of string, integer, number, boolean, date, instant, run_mode',
  ]);
  assert.deepEqual(params('"a b": {type: date, default: 2026-02-30}'), [
    '1:10 params."a b": a name begins with a letter or _, then come A-Z a-z 0-9 _, at most 63 in all',
    '1:39 params."a b".default: found "2026-02-30", expected a date such as 2026-01-31',
  ]);
});

test('who is told is checked to the last name, with its position', () => {
  const text = (alerts: string) => withTasks(TASK).replace('tasks:', `${alerts}\ntasks:`);
  assert.deepEqual(
    report(
      text(`alerts:
  - on: [faild, failed]
    to: [Ops_Slack]
  - {on: [], to: []}
  - {to: [desk], of: [failed]}
  - on: [failed]
heartbeat: on-call
start_within: 0s`),
    ),
    [
      '5:10 alerts[0].on[0]: found "faild", did you mean failed? It is one of failed, deadline_missed, not_started, slow, recovered, warning',
      '6:10 alerts[0].to[0]: "Ops_Slack" is not the id of a connection: warehouse stands for STOCKFLOW_CONN_WAREHOUSE; write ops_slack',
      '7:10 alerts[1].on: is empty: leave it out for the usual kinds',
      '7:18 alerts[1].to: is empty: name at least one channel',
      '8:18 alerts[2].of: unknown key; there are on, to',
      '9:5 alerts[3].to: is missing, and must be given',
      '10:12 heartbeat: "on-call" is not the id of a connection: warehouse stands for STOCKFLOW_CONN_WAREHOUSE',
      '11:15 start_within: "0s" is too short: write more than 0s',
    ],
  );
  assert.deepEqual(report(text('alerts: []')), ['4:9 alerts: is empty: leave it out to tell nobody']);
});
