import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkTaskTypes, loadDag, parseDag } from '../../../../runner/core/dag_file/parse.ts';

const TASK_TYPES = new Map([
  [
    'export',
    {
      params: z.strictObject({
        connection: z.string(),
        query: z.string().regex(/^[a-z_]+$/),
        to: z.string().optional(),
        limit: z.int().min(1).max(10).default(5),
        mode: z.enum(['fast', 'safe']).optional(),
        columns: z.record(z.string(), z.string()).optional(),
        source: z.union([z.string(), z.strictObject({ path: z.string(), bytes: z.int() })]).optional(),
        parts: z.array(z.strictObject({ name: z.string() })).optional(),
        at: z
          .string()
          .refine((text) => text !== 'never', 'never is no time')
          .optional(),
      }),
    },
  ],
  ['noop', { params: z.strictObject({}) }],
  [
    'either',
    {
      params: z
        .strictObject({ a: z.string().optional(), b: z.string().optional() })
        .refine(({ a, b }) => a !== undefined || b !== undefined, { message: 'give a or b', path: ['a'] }),
    },
  ],
]);

/** `type` stands on line 6 at column 11; `with` begins on line 7, its keys on line 8 and after, at column 7. */
function report(type: string, ...params: string[]): string[] {
  const lines = params.map((line) => `      ${line}\n`).join('');
  const source = `dag_id: night
timezone: UTC
schedule: null
tasks:
  - task_id: a
    type: ${type}
${params.length === 0 ? '' : `    with:\n${lines}`}`;
  const parsed = parseDag(source, '<stdin>');
  assert.deepEqual(parsed.problems, []);
  return checkTaskTypes(parsed, TASK_TYPES).map(
    ({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`,
  );
}

const RIGHT = ['connection: oms', 'query: active_products'];

test('params that the type takes are no problem', () => {
  assert.deepEqual(
    report('export', ...RIGHT, 'limit: 10', 'mode: fast', 'columns: {a: b}', 'parts: [{name: x}]'),
    [],
  );
  assert.deepEqual(report('noop'), []);
});

test('an unknown type is reported with the nearest and with all there are', () => {
  assert.deepEqual(report('exprt'), [
    '6:11 tasks[0].type: no task type is called exprt, did you mean export? There are export, noop, either',
  ]);
  assert.deepEqual(report('zzz'), [
    '6:11 tasks[0].type: no task type is called zzz; there are export, noop, either',
  ]);
});

test('each bad param is reported at its own line and column', () => {
  assert.deepEqual(
    report(
      'export',
      'connection: 5',
      'query: Bad Name',
      'limit: 11',
      'mode: fsat',
      'columns: {a: 1}',
      'parts: [{name: x}, {nam: y}]',
      'at: never',
      'conection: x',
    ),
    [
      '8:19 tasks[0].with.connection: found 5, expected text: put quotes around it, "5"',
      '9:14 tasks[0].with.query: found "Bad Name", expected text that matches /^[a-z_]+$/',
      '10:14 tasks[0].with.limit: found 11, expected at most 10',
      '11:13 tasks[0].with.mode: found "fsat", did you mean fast? It is one of fast, safe',
      '12:20 tasks[0].with.columns.a: found 1, expected text: put quotes around it, "1"',
      '13:26 tasks[0].with.parts[1].name: is missing, and must be given',
      '13:27 tasks[0].with.parts[1].nam: unknown key, did you mean name?',
      '14:11 tasks[0].with.at: never is no time',
      '15:7 tasks[0].with.conection: unknown key, did you mean connection?',
    ],
  );
});

test('a missing param is reported at with, and without one at the task', () => {
  assert.deepEqual(report('export', 'connection: oms'), [
    '7:5 tasks[0].with.query: is missing, and must be given',
  ]);
  assert.deepEqual(report('export'), [
    '5:5 tasks[0].with.connection: is missing, and must be given',
    '5:5 tasks[0].with.query: is missing, and must be given',
  ]);
});

test('of a union the alternative that was meant is held against the value', () => {
  assert.deepEqual(report('export', ...RIGHT, 'source: {path: x, byts: 1}'), [
    '10:7 tasks[0].with.source.bytes: is missing, and must be given',
    '10:25 tasks[0].with.source.byts: unknown key, did you mean bytes?',
  ]);
  assert.deepEqual(report('export', ...RIGHT, 'source: 5'), [
    '10:15 tasks[0].with.source: found 5, expected text or a map',
  ]);
});

test('a rule of the author keeps its own words, though its key is not there', () => {
  assert.deepEqual(report('either'), ['5:5 tasks[0].with.a: give a or b']);
  assert.deepEqual(report('either', 'b: x'), []);
});

test('a value that holds a template is left to the render, and all beside it is checked', () => {
  const template = `"\${{ run.dag_id }}"`;
  assert.deepEqual(
    report(
      'export',
      'connection: oms',
      `query: x \${{ run.dag_id }}`,
      `limit: ${template}`,
      `mode: ${template}`,
      `columns: ${template}`,
      `source: {path: x, bytes: ${template}}`,
      `parts: [${template}, {name: 5}]`,
      `lmit: ${template}`,
    ),
    [
      '14:43 tasks[0].with.parts[1].name: found 5, expected text: put quotes around it, "5"',
      '15:7 tasks[0].with.lmit: unknown key, did you mean limit?',
    ],
  );
});

test('an escaped template is text, and checked', () => {
  assert.deepEqual(report('export', 'connection: oms', `query: $\${{ x }}`), [
    `9:14 tasks[0].with.query: found "$\${{ x }}", expected text that matches /^[a-z_]+$/`,
  ]);
});

test('types are checked in a file with other errors too, and all are reported in the order of the file', () => {
  const source = `dag_id: night
timezone: Nowhere
schedule: null
tasks:
  - {task_id: a, type: nop}
  - {task_id: b, type: noop, with: {x: 1}, retires: 2}
  - {task_id: c, type: 5}
`;
  const { dag, problems } = loadDag(source, '<stdin>', { taskTypes: TASK_TYPES });
  assert.equal(dag, null);
  assert.deepEqual(
    problems.map(({ line, column, key }) => `${line}:${column} ${key}`),
    [
      '2:11 timezone',
      '5:24 tasks[0].type',
      '6:37 tasks[1].with.x',
      '6:44 tasks[1].retires',
      '7:24 tasks[2].type',
    ],
  );
});

test('a DAG whose only fault is its types is no DAG', () => {
  const source = 'dag_id: night\ntimezone: UTC\nschedule: null\ntasks:\n  - {task_id: a, type: nop}\n';
  assert.notEqual(parseDag(source, '<stdin>').dag, null);
  assert.equal(loadDag(source, '<stdin>', { taskTypes: TASK_TYPES }).dag, null);
  assert.equal(
    loadDag(source.replace('nop', 'noop'), '<stdin>', { taskTypes: TASK_TYPES }).dag?.dagId,
    'night',
  );
});
