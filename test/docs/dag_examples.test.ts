import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { calendarJsonSchema } from '../../runner/core/calendar/file/keys.ts';
import { TRIGGER_RULES } from '../../runner/core/dag/dag.ts';
import { loadDag } from '../../runner/core/dag_file/parse.ts';
import { formatProblem } from '../../runner/core/dag_file/problem.ts';
import { dagKeys, taskKeys } from '../../runner/core/dag_file/schema/keys.ts';
import { decide, type UpstreamCounts } from '../../runner/core/run/trigger_rule.ts';
import { readCalendars } from '../../runner/engine/dags/calendars.ts';
import { checkDagText, readDagTexts } from '../../runner/engine/dags/folder.ts';
import { loadTaskTypes } from '../../runner/engine/dags/task_types.ts';
import { documentedTypes, exampleProject } from './example_project.ts';
import { allBlocks, blocksOf, page, ROOT, type Table, tableBelow } from './pages.ts';

const run = promisify(execFile);
const types = await documentedTypes(await exampleProject({ after }));
const { set: calendars } = await readCalendars(path.join(ROOT, 'dags'));
const writingADag = page('writing_a_dag.md');

function problemsOf(text: string): readonly string[] {
  const dagId = /^dag_id: (\w+)$/m.exec(text)?.[1];
  return loadDag(text, `dags/${dagId}.yaml`, { taskTypes: types, calendars }).problems.map(formatProblem);
}

test('every DAG in the documentation is valid, with the task types that there are', () => {
  const blocks = allBlocks('yaml');
  assert.ok(blocks.length >= 3);
  for (const { page, line, text } of blocks) {
    assert.deepEqual(problemsOf(text), [], `${page.file}:${line}`);
  }
});

test('a DAG that names its file is that file', () => {
  const shown = allBlocks('yaml').filter(({ text }) => text.startsWith('# dags/'));
  assert.ok(shown.length >= 2);
  for (const { text } of shown) {
    const [first = '', ...rest] = text.split('\n');
    const file = readFileSync(path.join(ROOT, first.slice(2)), 'utf8');
    assert.equal(rest.join('\n'), file.slice(file.indexOf('\n') + 1), first);
  }
});

test('every example is valid, and none is in force', async () => {
  const shipped = await loadTaskTypes(path.join(ROOT, 'tasks'));
  const examples = (await readDagTexts(path.join(ROOT, 'dags/examples'))).map((text) =>
    checkDagText(text, shipped),
  );
  assert.ok(examples.length >= 2);
  assert.deepEqual(
    examples.flatMap(({ problems }) => problems.map(formatProblem)),
    [],
  );
  const live = (await readDagTexts(path.join(ROOT, 'dags'))).map(({ dagId }) => dagId);
  assert.deepEqual(
    live.filter((dagId) => readdirSync(path.join(ROOT, 'dags/examples')).includes(`${dagId}.yaml`)),
    [],
  );
});

test('the invalid DAG has exactly the problems that are shown', () => {
  const [invalid] = blocksOf(writingADag, 'yaml invalid');
  const [problems] = blocksOf(writingADag, 'problems');
  assert.deepEqual(problemsOf(invalid?.text ?? ''), problems?.text.trimEnd().split('\n'));
});

test('every key of a DAG file is documented with its default', () => {
  const dag = z.toJSONSchema(dagKeys, { io: 'input', unrepresentable: 'any' });
  const task = z.toJSONSchema(taskKeys, { io: 'input', unrepresentable: 'any' });
  assert.deepEqual(documentedDefaults('## Keys of the file'), defaultsOf(dag));
  assert.deepEqual(documentedDefaults('## Keys of a task'), defaultsOf(task));
});

test('the task keys that default_args takes are marked', () => {
  const marked = tableBelow(writingADag, '## Keys of a task')
    .map(([key = '']) => /^`(\w+)` \*$/.exec(key)?.[1])
    .filter((key) => key !== undefined);
  const { default_args: defaultArgs } =
    z.toJSONSchema(dagKeys, { io: 'input', unrepresentable: 'any' }).properties ?? {};
  assert.ok(typeof defaultArgs === 'object');
  assert.deepEqual(marked.toSorted(), Object.keys(defaultArgs.properties ?? {}).toSorted());
});

test('every trigger rule does what its row says', () => {
  const two = (counts: Partial<UpstreamCounts>): UpstreamCounts => ({
    total: 2,
    success: 0,
    failed: 0,
    upstream_failed: 0,
    skipped: 0,
    cancelled: 0,
    unfinished: 0,
    ...counts,
  });
  const columns = [
    two({ success: 2 }),
    two({ success: 1, failed: 1 }),
    two({ success: 1, skipped: 1 }),
    two({ skipped: 2 }),
    two({ failed: 2 }),
    two({ success: 1, unfinished: 1 }),
  ];
  assert.deepEqual(
    tableBelow(writingADag, '## Trigger rules'),
    TRIGGER_RULES.map((rule) => [rule, ...columns.map((counts) => decide(rule, counts))]),
  );
});

test('docs/calendar.schema.json is that of calendar files as they are', () => {
  assert.deepEqual(
    JSON.parse(readFileSync(path.join(ROOT, 'docs/calendar.schema.json'), 'utf8')),
    calendarJsonSchema(),
    'a key has changed: npx stockflow dags schema calendar > docs/calendar.schema.json',
  );
});

test('docs/dag.schema.json is that of the task types as they are', async () => {
  const { stdout } = await run(process.execPath, [path.join(ROOT, 'runner/cli.ts'), 'dags', 'schema'], {
    cwd: ROOT,
  });
  assert.equal(
    readFileSync(path.join(ROOT, 'docs/dag.schema.json'), 'utf8'),
    stdout,
    'a key or a task type has changed: npx stockflow dags schema > docs/dag.schema.json',
  );
});

/** The default of each key as its row says; several keys may share a row. */
function documentedDefaults(heading: string): Readonly<Record<string, string>> {
  const table: Table = tableBelow(writingADag, heading);
  return Object.fromEntries(
    table
      .flatMap(([keys = '', value = '']) =>
        [...keys.matchAll(/\w+/g)].map(([key]): [string, string] => [key, value]),
      )
      .sort(),
  );
}

function defaultsOf({
  properties = {},
  required = [],
}: z.core.JSONSchema.BaseSchema): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(properties)
      .map(([key, schema]): [string, string] => {
        if (required.includes(key)) return [key, 'required'];
        const value = typeof schema === 'object' ? schema.default : undefined;
        if (value === undefined) return [key, 'none'];
        return [key, value === '' ? '""' : String(value)];
      })
      .sort(),
  );
}
