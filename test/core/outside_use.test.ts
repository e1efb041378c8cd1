import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../runner/core/dag_file.ts';
import { outsideUse } from '../../runner/core/outside_use.ts';

function dagOf(dagId: string, tasks: string) {
  const source = `dag_id: ${dagId}\ntimezone: UTC\nschedule: null\ntasks:\n${tasks}`;
  const { dag, problems } = parseDag(source, `${dagId}.yaml`);
  assert.ok(dag !== null, JSON.stringify(problems));
  return dag;
}

const nightly = dagOf(
  'nightly',
  `  - {task_id: find, type: x, with: {connection: oms, from: "sftp://store/out/reset_*.csv"}}
  - {task_id: send, type: x, with: {connection: oms, to: "sftp://store/in/filtered", active: "artifact:a.csv"}}
  - {task_id: copy, type: x, with: {nested: {list: ["sftp://store/out/reset_*.csv"]}}}
  - {task_id: dated, type: x, depends_on: [find], with: {to: "sftp://partner/\${{ run.business_date }}/x.csv"}}
  - {task_id: other, type: x, depends_on: [find], with: {connection: "\${{ tasks.find.output }}", note: "sftp://Not A Place"}}
`,
);

test('each connection is listed with the tasks that use it, once each', () => {
  const { connections } = outsideUse([
    nightly,
    dagOf('tiny', '  - {task_id: a, type: x, with: {connection: oms}}\n'),
  ]);
  assert.deepEqual(Object.fromEntries(connections), {
    oms: ['nightly.find', 'nightly.send', 'tiny.a'],
    store: ['nightly.find', 'nightly.send', 'nightly.copy'],
    partner: ['nightly.dated'],
  });
});

test('what a task publishes to is written, all else is read; a path ends before its first pattern or template', () => {
  const folders = outsideUse([nightly]).folders.map(
    ({ connection, path, access, usedBy }) => `${access} ${connection}:${path} by ${usedBy.join(' ')}`,
  );
  assert.deepEqual(folders, [
    'read store:out by nightly.find nightly.copy',
    'write store:in/filtered by nightly.send',
    'write partner: by nightly.dated',
  ]);
});
