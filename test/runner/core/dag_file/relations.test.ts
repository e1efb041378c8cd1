import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import { formatProblem } from '../../../../runner/core/dag_file/problem.ts';
import { relationProblems, relationsOf } from '../../../../runner/core/dag_file/relations.ts';

/** Returns the problems of a folder of DAGs, each given as its schedule and the lines of its tasks. */
function problemsOf(dags: Readonly<Record<string, readonly [schedule: string, ...tasks: string[]]>>) {
  const files = Object.entries(dags).map(([dagId, [schedule, ...tasks]]) => {
    const text = [
      `dag_id: ${dagId}`,
      'timezone: UTC',
      `schedule: ${schedule}`,
      'tasks:',
      ...tasks.map((task) => `  - {type: step, ${task}}`),
    ];
    return relationsOf(parseDag(`${text.join('\n')}\n`, `dags/${dagId}.yaml`), dagId);
  });
  return [...relationProblems(files).values()].flat().map(formatProblem);
}

const NIGHTLY = '"0 1 * * *"';

test('a cycle over three DAGs is named as a path, with the file and line of each edge', () => {
  assert.deepEqual(
    problemsOf({
      a: [NIGHTLY, 'task_id: first', 'task_id: one, depends_on: [{dag: c}]'],
      b: [NIGHTLY, 'task_id: one, depends_on: [{dag: a, task: one}]'],
      c: ['{after: b}', 'task_id: one'],
      bystander: [NIGHTLY, 'task_id: one, depends_on: [{dag: a}]'],
    }),
    [
      'dags/b.yaml:5:45 tasks[0].depends_on[0]: these DAGs wait for each other: a -> b (dags/b.yaml:5) -> c (dags/c.yaml:3) -> a (dags/a.yaml:6); remove one of the edges',
      'dags/c.yaml:3:19 schedule.after: these DAGs wait for each other: a -> b (dags/b.yaml:5) -> c (dags/c.yaml:3) -> a (dags/a.yaml:6); remove one of the edges',
      'dags/a.yaml:6:45 tasks[1].depends_on[0]: these DAGs wait for each other: a -> b (dags/b.yaml:5) -> c (dags/c.yaml:3) -> a (dags/a.yaml:6); remove one of the edges',
    ],
  );
});

test('two DAGs may wait for tasks of each other that do not, and for earlier dates', () => {
  assert.deepEqual(
    problemsOf({
      a: [NIGHTLY, 'task_id: one', 'task_id: two, depends_on: [one, {dag: b, task: one}]'],
      b: [NIGHTLY, 'task_id: one, depends_on: [{dag: a, task: one}]'],
      c: [NIGHTLY, 'task_id: one, depends_on: [{dag: d}, {dag: c, date: previous}]'],
      d: [NIGHTLY, 'task_id: one, depends_on: [{dag: c, date: previous}]'],
    }),
    [],
  );
  const [problem = ''] = problemsOf({
    a: [NIGHTLY, 'task_id: one, depends_on: [{dag: b}]', 'task_id: two'],
    b: [NIGHTLY, 'task_id: one, depends_on: [{dag: a, task: one}]'],
  });
  assert.match(problem, /a -> b \(dags\/b.yaml:5\) -> a \(dags\/a.yaml:5\); remove one of the edges$/);
});

test('a DAG or task that does not exist is named with the nearest one, and a DAG does not wait for its own run', () => {
  assert.deepEqual(
    problemsOf({
      inventory_sync: [NIGHTLY, 'task_id: verify_night'],
      report: [
        '{after: inventory_synk}',
        'task_id: one, depends_on: [{dag: inventory_sync, task: verify_nigt}]',
        'task_id: two, depends_on: [{dag: prices}, {dag: report, task: one}]',
      ],
    }),
    [
      'dags/report.yaml:3:19 schedule.after: no DAG of this folder is called inventory_synk, did you mean inventory_sync?',
      'dags/report.yaml:5:73 tasks[0].depends_on[0].task: inventory_sync has no task verify_nigt, did you mean verify_night?',
      'dags/report.yaml:6:51 tasks[1].depends_on[0].dag: no DAG of this folder is called prices; there are inventory_sync',
      'dags/report.yaml:6:66 tasks[1].depends_on[1].dag: report cannot wait for its own run: write task_id for a task of this DAG, or date: previous',
    ],
  );
});
