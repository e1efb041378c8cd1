import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { loadDag } from '../../../../runner/core/dag_file/parse.ts';

const TASK_TYPES = new Map([
  ['noop', { params: z.strictObject({ v: z.union([z.string(), z.array(z.int())]) }) }],
]);

const RIGHT = `dag_id: night
timezone: America/New_York
schedule: ["0 1 * * *"]
params: {full: {type: boolean, default: true}}
tasks:
  - task_id: a
    type: noop
    with: {v: "x \${{ params.full }}"}
  - task_id: b
    type: noop
    depends_on: [{task_id: a, delay: 1h}]
    not_before: "01:30"
    deadline: "05:00"
    with:
      v: [1, 2]
`;

const SCRAP = [
  '\t',
  '\n',
  ' ',
  ':',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '*x',
  '&x ',
  '!t ',
  '#',
  '|',
  '\0',
  '\uD800',
].concat([
  'null',
  '5',
  '__proto__: ',
  `\${{`,
  '}}',
  '? ',
  '<<: ',
  '---\n',
  '%YAML 1.1\n',
  '\r',
  '🙂',
  'task_id: a\n',
]);

/** The right file with a few stretches of it replaced by scrap. */
const damaged = fc
  .array(fc.record({ at: fc.nat(RIGHT.length), cut: fc.nat(12), put: fc.constantFrom(...SCRAP) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((edits) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), RIGHT),
  );

test('the undamaged file is a DAG', () => {
  assert.deepEqual(loadDag(RIGHT, 'night.yaml', { taskTypes: TASK_TYPES }).problems, []);
});

test('a damaged file never throws: it is a DAG or has problems, each at a place within the file, in order', () => {
  fc.assert(
    fc.property(damaged, (source) => {
      const { dag, problems } = loadDag(source, 'night.yaml', { taskTypes: TASK_TYPES });
      assert.equal(dag === null, problems.length > 0);
      const lineCount = source.split('\n').length;
      for (const [index, { line, column, message }] of problems.entries()) {
        assert.ok(line >= 1 && line <= lineCount && column >= 1, `${line}:${column} ${message}`);
        const before = problems[index - 1];
        assert.ok(
          before === undefined || before.line < line || (before.line === line && before.column <= column),
        );
      }
    }),
    { numRuns: 1_500 },
  );
});
