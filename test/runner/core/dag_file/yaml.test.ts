import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import { formatProblem } from '../../../../runner/core/dag_file/problem.ts';

function report(source: string): string[] {
  return parseDag(source, '<stdin>').problems.map((problem) =>
    formatProblem(problem).slice('<stdin>:'.length),
  );
}

const HEAD = 'dag_id: night\ntimezone: UTC\nschedule: null\n';
const DAG = `${HEAD}tasks:\n  - {task_id: a, type: noop}\n`;

/** The value on line 5, at column 40. */
function withValue(value: string): string {
  return `${HEAD}tasks:\n  - {task_id: a, type: noop, with: {v: ${value}}}\n`;
}

test('broken syntax is reported where the parser lost its way, once a line', () => {
  assert.deepEqual(report(`${HEAD}tasks: [\n`), [
    '5:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ]);
  assert.deepEqual(report('dag_id: a: b\n'), [
    '1:9: not valid YAML: Nested mappings are not allowed in compact mappings',
  ]);
  assert.deepEqual(report(`${DAG}---\na: 1\n`), [
    '6:1: a file holds one DAG: remove this --- and what follows it',
  ]);
});

test('the error of a template without quotes in a flow map asks for them', () => {
  assert.deepEqual(report(withValue(`\${{ run.dag_id }}`)), [
    '5:41: not valid YAML: Unexpected flow-map-start at node end; put quotes around a template that stands inside { } or [ ]',
  ]);
});

test('tabs are all reported, and columns behind them are those of the file', () => {
  assert.deepEqual(report(`${HEAD}tasks:\n\t- task_id: a\n\t  type: noop\n\t  retires: 1\n`), [
    '5:1: a tab indents this line: YAML takes spaces only',
    '6:1: a tab indents this line: YAML takes spaces only',
    '7:1: a tab indents this line: YAML takes spaces only',
    '7:4 tasks[0].retires: unknown key, did you mean retries?',
  ]);
});

test('a tab that no width makes sense of leaves the tabs and the other syntax errors', () => {
  assert.deepEqual(report(`${HEAD}tasks:\n  - task_id: a\n\t type: noop\n   \twith: [\n`), [
    '6:1: a tab indents this line: YAML takes spaces only',
    '7:4: a tab indents this line: YAML takes spaces only',
    '8:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ]);
});

test('a tab behind a key or in a block of text is no indentation', () => {
  assert.deepEqual(
    report(`${HEAD}description: |\n  a\n  \tb\ntasks:\n  - task_id:\ta\n    type: noop\n`),
    [],
  );
});

test('a repeated key is reported at the second, with the line of the first, and the first counts', () => {
  assert.deepEqual(report(`${DAG}timezone: Nowhere\n`), [
    '6:1 timezone: repeats the key of line 2: keep one of them',
  ]);
  assert.deepEqual(report(withValue('1, v: 2')), [
    '5:43 tasks[0].with.v: repeats the key of line 5: keep one of them',
  ]);
});

test('keys that reach for prototypes are refused anywhere', () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    assert.deepEqual(report(`${key}: {x: 1}\n${DAG}`), [
      `1:1 ${key}: ${key} is not taken as a key: choose another name`,
    ]);
    assert.deepEqual(report(withValue(`{${key}: 1}`)), [
      `5:41 tasks[0].with.v.${key}: ${key} is not taken as a key: choose another name`,
    ]);
  }
  assert.equal(Reflect.get({}, 'x'), undefined);
});

test('the keys of a map are text', () => {
  assert.deepEqual(report(withValue('{1: x, true: y, [a]: z}')), [
    '5:41 tasks[0].with.v.1: found 1 as a key: put quotes around it',
    '5:47 tasks[0].with.v.true: found true as a key: put quotes around it',
    '5:56 tasks[0].with.v.?: a key must be a single word of text',
  ]);
});

test('anchors, aliases, merges and tags are refused, and nothing else is said of what an alias stood for', () => {
  assert.deepEqual(report(`x: &base {retries: 1}\n${DAG}default_args: *base\n`), [
    '1:1 x: unknown key; there are dag_id, description, timezone, schedule, calendar, on_closed, start_date, end_date, catchup, catchup_window, is_paused_upon_creation, max_active_runs, when_busy, dagrun_timeout, alerts, heartbeat, start_within, default_args, params, tasks',
    '1:4 x: &base is an anchor, and there are no aliases: remove it',
    '7:15 default_args: *base is an alias: write the value out, or use default_args',
  ]);
  assert.deepEqual(report(withValue('!secret x')), [
    '5:48 tasks[0].with.v: the tag !secret is not taken: remove it',
  ]);
  assert.deepEqual(report(`%YAML 1.1\n---\n${DAG}`), [
    '1:1: a %YAML directive changes how values are read: remove it',
  ]);
});

test('text and numbers that JSON or Postgres would not hold as written are refused', () => {
  assert.deepEqual(report(withValue('"a\\0b"')), ['5:40 tasks[0].with.v: holds a NUL character: remove it']);
  assert.deepEqual(report(withValue('"\\ud800"')), [
    '5:40 tasks[0].with.v: holds half of a surrogate pair, which is no character: remove it',
  ]);
  assert.deepEqual(report(withValue('12345678901234567890')), [
    '5:40 tasks[0].with.v: 12345678901234567890 is beyond what a number holds exactly: put quotes around it',
  ]);
  assert.equal(report(withValue('.inf')).length, 1);
});

test('nesting is bounded, before the parser runs out of stack and after', () => {
  const deep = `${'['.repeat(40)}1${']'.repeat(40)}`;
  const [problem, ...others] = report(withValue(deep));
  assert.match(problem ?? '', /nested more than 32 deep: flatten it$/);
  assert.deepEqual(others, []);
  const [stackless] = report('['.repeat(20_000));
  assert.match(stackless ?? '', /nested too deeply to be read: flatten them$/);
});

test('positions are those of values, or of the nearest value around what is not there', () => {
  const { positionOf } = parseDag(DAG, '<stdin>');
  assert.deepEqual(positionOf(['timezone']), { line: 2, column: 11 });
  assert.deepEqual(positionOf(['tasks', 0, 'type']), { line: 5, column: 24 });
  assert.deepEqual(positionOf(['tasks', 0, 'with', 'x']), { line: 5, column: 5 });
  assert.deepEqual(positionOf(['tasks', 7]), { line: 4, column: 1 });
  assert.deepEqual(positionOf([]), { line: 1, column: 1 });
});
