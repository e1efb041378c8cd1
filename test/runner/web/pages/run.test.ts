import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { FailTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { actingSite } from '../acting_site.ts';

const SCRIPT = '<script>alert("x")</script>';
const SENTENCE = `the file has 900 rows, 25 % fewer than usual ${SCRIPT}`;

const { type, on } = steps();
on('export_rows', async ({ log, params, files }) => {
  await files.publish('artifact:rows.csv', 'sku,quantity\n<script>,3\n', { rows: 1 });
  for (let line = 1; line <= 520; line += 1) log.info(`line ${line}`);
  log.warn(`odd row ${SCRIPT}`, { store: '<b>12</b>' });
  return { given: params.note ?? null };
});
on('filter_file', () => {
  throw new FailTask(SENTENCE);
});
on('find_stores', () => ({ stores: ['a', 'b', 'c'] }));
on('load_store', ({ attempt, params }) => {
  if (attempt.mapIndex === 1) throw new FailTask(`store ${String(params.store)} is closed`);
  return { store: params.store ?? null };
});
const engine = await testEngine({ after }, [type]);
await engine.writeDag(
  'night',
  stepDag(
    'night',
    [
      'task_id: export_rows, with: {note: "${{ params.note }}"}',
      'task_id: filter_file, depends_on: [export_rows], retries: 0',
      'task_id: reset_counts, depends_on: [filter_file]',
      'task_id: verify, depends_on: [reset_counts]',
      'task_id: aside',
    ],
    [`description: '${SCRIPT}'`, 'params: {note: {type: string, default: "", description: "A note"}}'],
  ),
);
await engine.writeDag(
  'stores',
  stepDag('stores', [
    'task_id: find_stores',
    'task_id: load_store, depends_on: [find_stores], retries: 0, map_over: "${{ tasks.find_stores.output.stores }}", with: {store: "${{ item }}"}',
  ]),
);
await engine.startWorker();
const [{ run: night }, { run: stores }] = await Promise.all([
  engine.run('night', { params: { note: SCRIPT } }),
  engine.run('stores'),
]);
const operator = actingSite(engine, 'operator');
const viewer = actingSite(engine, 'viewer');
test('a failed run begins with the failure: its sentence, what did not run, and the retry with its reach', async () => {
  const { status, body } = await operator.read(`/runs/${night.runId}`);
  assert.equal(status, 200);
  const places = ['id="failed-filter_file"', 'id="graph"', 'id="time"', 'id="tasks"', 'id="history"'].map(
    (part) => body.indexOf(part),
  );
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.ok(!places.includes(-1), body);
  assert.match(body, /the file has 900 rows, 25 % fewer than usual/);
  assert.match(body, /Not run because of it: <span class="mono">reset_counts, verify<\/span>/);
  assert.match(body, /<button class="primary">Retry filter_file and 2 after it<\/button>/);
  assert.match(body, /<a class="button" href="\/changes\/\d+">What it changed<\/a>/);
});

test('what a task, a log, a param or a DAG file says is text on every page, never HTML', async () => {
  const { runId } = night;
  for (const path of [
    `/runs/${runId}`,
    `/runs/${runId}/tasks/filter_file`,
    `/runs/${runId}/tasks/export_rows`,
    `/runs/${runId}/clear`,
    '/dags/night/trigger',
    '/runs?dag=%3Cscript%3E',
  ]) {
    const { status, body } = await operator.read(path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(body.slice(body.indexOf('<main')), /<script|<b>12/, path);
  }
});

test('a task shows its params rendered, its output, and the last 500 lines of its log, each under its own id', async () => {
  const { body } = await operator.read(`/runs/${night.runId}/tasks/export_rows`);
  assert.match(body, /&quot;note&quot;: &quot;&lt;script&gt;/);
  assert.match(body, /&quot;given&quot;: &quot;&lt;script&gt;/);
  const lines = [...body.matchAll(/<li id="L(\d+)" class="log-line log-(\w+)">/g)];
  assert.equal(lines.length, 500);
  assert.equal(lines.at(-1)?.[2], 'warn');
  assert.match(body, /<span class="log-level">warn<\/span> odd row &lt;script&gt;.*store=&lt;b&gt;12/);
  const earlier = /href="\?(before=\d+)#log"/.exec(body)?.[1];
  const { body: older } = await operator.read(`/runs/${night.runId}/tasks/export_rows?${earlier}`);
  assert.equal([...older.matchAll(/<li id="L/g)].length, 21);
  assert.match(older, /> line 1</);
});

test('an artifact is sent as a file to keep, and is listed with the files of the task that published it', async () => {
  const { status, headers, body } = await operator.read(`/runs/${night.runId}/artifacts/rows.csv`);
  assert.equal(status, 200);
  assert.equal(body, 'sku,quantity\n<script>,3\n');
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="rows.csv"/);
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  const task = await operator.read(`/runs/${night.runId}/tasks/export_rows`);
  assert.match(task.body, /published<\/th>.*<span class="mono path">[^<]*rows\.csv<\/span>/s);
  const run = await operator.read(`/runs/${night.runId}`);
  assert.match(run.body, new RegExp(`download href="/runs/${night.runId}/artifacts/rows.csv"`));
});

test('a mapped task is one row with its counts, and a page of its instances, those that failed first', async () => {
  const { body } = await operator.read(`/runs/${stores.runId}`);
  assert.equal([...body.matchAll(/<tr id="task-load_store">/g)].length, 1);
  assert.match(body, /2 success, 1 failed/);
  assert.match(body, /failed, 1 of 3 instances/);
  const { body: instances } = await operator.read(`/runs/${stores.runId}/tasks/load_store`);
  const order = [...instances.matchAll(/>load_store\[(\d)\]<\/a><\/th>/g)].map(([, index]) => index);
  assert.deepEqual(order, ['1', '0', '2']);
  const { body: one } = await operator.read(`/runs/${stores.runId}/tasks/load_store?map=1`);
  assert.match(one, /store b is closed/);
  assert.match(one, /&quot;store&quot;: &quot;b&quot;/);
});

test('the list of runs is filtered by the URL', async () => {
  const rows = async (query: string) => {
    const { body } = await operator.read(`/runs${query}`);
    return [...body.matchAll(/<tr id="run-(\d+)">/g)].map(([, id]) => Number(id));
  };
  assert.deepEqual(await rows('?dag=night'), [night.runId]);
  assert.deepEqual(await rows('?dag=stores&state=failed&type=manual'), [stores.runId]);
  assert.deepEqual(await rows('?state=success'), []);
  assert.deepEqual(await rows(`?before=${Math.max(night.runId, stores.runId)}`), [
    Math.min(night.runId, stores.runId),
  ]);
  assert.equal((await operator.read('/runs?state=happy')).status, 422);
});

test('a run, a task or an artifact that is not there is answered with 404 and a name that is near', async () => {
  const answers = await Promise.all(
    [
      '/runs/999',
      '/runs/nigth',
      `/runs/${night.runId}/tasks/filter_fil`,
      `/runs/${night.runId}/artifacts/x.csv`,
      `/runs/${night.runId}/tasks/export_rows?try=7`,
      `/runs/${stores.runId}/tasks/load_store?map=3`,
    ].map((path) => operator.read(path)),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404, 404, 404],
  );
  assert.match(answers[1]?.body ?? '', /night/);
  assert.match(answers[2]?.body ?? '', /did you mean filter_file/);
});

test('a viewer sees everything, no button, and is refused every form', async () => {
  const { runId } = night;
  for (const path of [`/runs/${runId}`, `/runs/${runId}/tasks/filter_file`, '/runs']) {
    const { status, body } = await viewer.read(path);
    assert.equal(status, 200);
    assert.doesNotMatch(body, /method="post"|\/clear|\/mark|\/cancel/, path);
  }
  for (const path of [
    `/runs/${runId}/clear`,
    `/runs/${runId}/tasks/filter_file/mark`,
    '/dags/night/trigger',
  ]) {
    assert.equal((await viewer.read(path)).status, 403);
    assert.equal((await viewer.send(path, { reason: 'why not' })).status, 403);
  }
});
