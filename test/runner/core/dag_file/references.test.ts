import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';

/** Returns the problems of one look-up in the `with` of the task `use`; `export` is upstream of it, `early` further up. */
function refusalOf(look: string, where = 'with: {v: "%"}'): string[] {
  const source = `dag_id: night
timezone: UTC
schedule: null
params: {limit: {type: integer}, since: {type: date}}
tasks:
  - {task_id: early, type: noop}
  - {task_id: export, type: noop, depends_on: [early]}
  - {task_id: use, type: noop, depends_on: [export], ${where.replace('%', `\${{ ${look} }}`)}}
  - {task_id: later, type: noop, depends_on: [use]}
  - {task_id: aside, type: noop}
`;
  return parseDag(source, '<stdin>').problems.map(({ message }) => message.replace(/^\$\{\{.*?\}\} /, ''));
}

test('run facts, params, and outputs of upstream tasks direct or further up can be named', () => {
  for (const look of [
    'run.business_date',
    'run.scheduled_for',
    'run.run_id',
    'run.dag_id',
    'run.timezone',
    'params.limit',
    'tasks.export.output',
    'tasks.export.output.rows.0.name',
    'tasks.early.output.rows',
  ]) {
    assert.deepEqual(refusalOf(look), [], look);
  }
});

test('names that are not there are refused with the nearest', () => {
  const table = {
    'param.limit': 'begins with no root of a template, did you mean params?',
    'env.HOME': 'begins with no root of a template; there are run, params, tasks, item, map_index',
    'run.busines_date': 'is not known of a run, did you mean business_date?',
    run: 'is not known of a run; there are business_date, scheduled_for, run_id, dag_id, timezone',
    'run.dag_id.x': 'is not known of a run, did you mean dag_id?',
    'params.limt': 'names no param of this DAG, did you mean limit?',
    params: 'names no param: write params.<name>',
    'params.limit.x': 'goes too deep: a param is a single value, write params.limit',
    'tasks.exprot.output': 'names no task, did you mean export?',
    'tasks.export.outptu': 'is not an output: write tasks.<task_id>.output or a key of it',
    'tasks.export': 'is not an output: write tasks.<task_id>.output or a key of it',
    '1 + 1': 'is not a reference: a template holds one name such as run.business_date, and no expression',
    'constructor.x': 'begins with no root of a template; there are run, params, tasks, item, map_index',
    'params.__proto__': 'names no param of this DAG; there are limit, since',
  };
  for (const [look, message] of Object.entries(table)) assert.deepEqual(refusalOf(look), [message], look);
});

test('an output can be named only of a task that has run before', () => {
  for (const other of ['later', 'aside']) {
    assert.deepEqual(refusalOf(`tasks.${other}.output`), [
      `is not upstream: add ${other} to depends_on, so that it has run before`,
    ]);
  }
  assert.deepEqual(refusalOf('tasks.use.output'), [
    "is the task's own output, which does not exist before it has run",
  ]);
});

test('item and map_index are known in a mapped task only', () => {
  const mapped = `map_over: "\${{ tasks.export.output }}", with: {v: "%"}`;
  assert.deepEqual(refusalOf('item.id', mapped), []);
  assert.deepEqual(refusalOf('map_index', mapped), []);
  assert.deepEqual(refusalOf('map_index.x', mapped), ['is a number and has no keys']);
  for (const look of ['item', 'map_index']) {
    assert.deepEqual(refusalOf(look), ['is known only in a task that has map_over']);
  }
});

test('run_if and map_over are one template each, and map_over an output', () => {
  const expected = `expected one template and nothing else, such as "\${{ tasks.some_task.output.some_key }}"`;
  assert.deepEqual(refusalOf('params.limit', 'run_if: "%"'), []);
  assert.deepEqual(refusalOf('params.limit', 'run_if: "x %"'), [
    `found "x \${{ params.limit }}", ${expected}`,
  ]);
  assert.deepEqual(refusalOf('params.limt', 'run_if: "%"'), [
    'names no param of this DAG, did you mean limit?',
  ]);
  assert.deepEqual(refusalOf('tasks.export.output.names', 'map_over: "%"'), []);
  for (const look of ['params.limit', 'item']) {
    assert.deepEqual(refusalOf(look, 'map_over: "%"'), [
      'gives no list: map_over takes the output of an upstream task, tasks.<task_id>.output',
    ]);
  }
});

test('each bad template of a text is reported at its own column', () => {
  const source = `dag_id: night
timezone: UTC
schedule: null
tasks:
  - task_id: a
    type: noop
    with:
      to: "x \${{ params.a }} \${{ run.x }}"
      deep: [{k: 'y \${{ params.b }}'}, \${{ z }}]
      open: x \${{ run.dag_id
      escaped: $\${{ params.nope }}
`.replace(/, \$\{\{ z \}\}/, '');
  assert.deepEqual(
    parseDag(source, '<stdin>').problems.map(({ line, column, key }) => `${line}:${column} ${key}`),
    [
      '8:14 tasks[0].with.to',
      '8:30 tasks[0].with.to',
      '9:21 tasks[0].with.deep[0].k',
      '10:15 tasks[0].with.open',
    ],
  );
});
