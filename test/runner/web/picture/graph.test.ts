import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import { layOutGraph } from '../../../../runner/web/picture/graph_layout.ts';
import { graphPicture } from '../../../../runner/web/picture/graph_picture.ts';

function tasksOf(lines: readonly string[]) {
  const { dag, problems } = parseDag(
    [
      'dag_id: night',
      'timezone: UTC',
      'schedule: null',
      'tasks:',
      ...lines.map((line) => `  - {type: step, ${line}}`),
      '',
    ].join('\n'),
    'dags/night.yaml',
  );
  assert.ok(dag !== null, JSON.stringify(problems));
  return dag.tasks;
}

const DIAMOND = tasksOf([
  'task_id: export',
  'task_id: filter, depends_on: [export]',
  'task_id: variance, depends_on: [export]',
  'task_id: apply, depends_on: [{task_id: filter, delay: 1h}, variance]',
]);

test('each edge leads from the right end of a task to the left end of its dependent, and a delay is its label', () => {
  const { tasks, edges, width, height } = layOutGraph(DIAMOND);
  const box = new Map(tasks.map((task) => [task.taskId, task]));
  assert.deepEqual(
    edges.map(({ from, to, label }) => [from, to, label]),
    [
      ['export', 'filter', ''],
      ['export', 'variance', ''],
      ['filter', 'apply', '+1h'],
      ['variance', 'apply', ''],
    ],
  );
  for (const { from, to, points, label, labelAt } of edges) {
    const [start, end] = [box.get(from), box.get(to)];
    const [first, last] = [points[0], points.at(-1)];
    assert.ok(start && end && first && last);
    assert.ok(
      Math.abs(first.x - (start.x + start.width)) < 1,
      `${from} ends at ${start.x + start.width}, its edge begins at ${first.x}`,
    );
    assert.ok(Math.abs(last.x - end.x) < 1, `${to} begins at ${end.x}, its edge ends at ${last.x}`);
    assert.equal(labelAt !== null, label !== '');
    if (labelAt !== null) assert.ok(labelAt.x > first.x && labelAt.x < last.x);
  }
  for (const { x, y, ...size } of tasks) {
    assert.ok(x >= 0 && y >= 0 && x + size.width <= width && y + size.height <= height);
  }
});

test('each task of the picture is a link with its name and state, and no text of it is HTML', async () => {
  const page = String(
    await graphPicture(DIAMOND, (taskId) => ({
      href: `/tasks/"${taskId}`,
      state: taskId === 'filter' ? 'failed' : 'success',
    })),
  );
  assert.match(
    page,
    /<a href="\/tasks\/&quot;filter" aria-label="filter, failed"><rect class="box s-failed"/,
  );
  assert.equal([...page.matchAll(/<a href/g)].length, 4);
  assert.match(page, />\+1h<\/text>/);
});

test('a graph of more tasks than anybody reads is not drawn', async () => {
  const many = tasksOf(Array.from({ length: 151 }, (_, index) => `task_id: task_${index}`));
  const page = String(await graphPicture(many, () => ({ href: '/', state: null })));
  assert.doesNotMatch(page, /<svg/);
  assert.match(page, /151 tasks are too many to draw/);
});

test('another DAG is a dashed box of its own that leads to its page, and the previous date is a label', () => {
  const tasks = tasksOf([
    'task_id: load',
    'task_id: report, depends_on: [load, {dag: prices}, {dag: stores, task: count, date: previous}]',
    'task_id: send, depends_on: [report, {dag: prices}]',
  ]);
  const { dags, edges } = layOutGraph(tasks);
  assert.deepEqual(
    dags.map(({ dagId, label }) => [dagId, label]),
    [
      ['prices', 'prices'],
      ['stores', 'count of stores'],
    ],
  );
  assert.deepEqual(
    edges
      .filter(({ from }) => from !== 'load' && from !== 'report')
      .map(({ from, to, label }) => [from, to, label]),
    [
      ['prices', 'report', ''],
      ['count of stores', 'report', 'previous date'],
      ['prices', 'send', ''],
    ],
  );
  const svg = String(graphPicture(tasks, (taskId) => ({ href: `#${taskId}`, state: null })));
  assert.match(
    svg,
    /<a href="\/dags\/stores" aria-label="count of stores, another DAG"><rect class="box other"/,
  );
});
