import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { clearTasks } from '../../../runner/engine/operator/operator.ts';
import type { Json } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { steps } from '../../support/engine/task_types.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;

let listed: Json[] = [];
/** Elements of which the work fails. */
const broken = new Set<string>();
let worked: string[] = [];
let collected: Json = null;
step.on('list', async () => listed);
step.on('load', async ({ params }) => {
  const item = String((params as { item: string }).item);
  worked.push(item);
  if (broken.has(item)) throw new Error(`${item} is broken`);
  return `done ${item}`;
});
step.on('collect', async ({ upstream }) => {
  collected = upstream.load ?? null;
  return null;
});
await engine.writeDag(
  'mapped',
  `dag_id: mapped
timezone: UTC
schedule: null
tasks:
  - {task_id: list, type: step}
  - {task_id: load, type: step, depends_on: [list], map_over: "\${{ tasks.list.output }}", retries: 0, with: {item: "\${{ item }}"}}
  - {task_id: collect, type: step, depends_on: [load]}
`,
);
await engine.startWorker();

const clear = (runId: number, taskId: string | null, onlyFailed: boolean) =>
  clearTasks(pool, runId, { taskId, onlyFailed, downstream: false, by, reason: null });

async function instances(runId: number) {
  const { rows } = await pool.query(
    `select map_index, map_item as item, state, removed_at is not null as removed
       from audit.task where run_id = $1 and task_id = 'load' order by map_index`,
    [runId],
  );
  return rows.map(
    ({ map_index, item, state, removed }) => `${map_index} ${item} ${state}${removed ? ' removed' : ''}`,
  );
}

/** Works `before`, of which `b` fails, then lists `now` instead and clears what failed. */
async function relisted(before: Json[], now: Json[]) {
  listed = before;
  broken.add('b');
  const first = await engine.run('mapped');
  assert.equal(first.run.state, 'failed');
  const { runId } = first.run;
  listed = now;
  broken.clear();
  await clear(runId, 'list', false);
  await engine.ended(runId);
  worked = [];
  await clear(runId, null, true);
  return await engine.ended(runId);
}

test('an element that comes before the others moves no work from one to another', async () => {
  const { run } = await relisted(['a', 'b', 'c'], ['z', 'a', 'b', 'c']);
  assert.equal(run.state, 'success');
  assert.deepEqual(worked.toSorted(), ['b', 'z']);
  assert.deepEqual(await instances(run.runId), ['0 a success', '1 b success', '2 c success', '3 z success']);
  assert.deepEqual(collected, ['done z', 'done a', 'done b', 'done c']);
});

test('an element that is gone is removed, shown and counts for nothing, done or not', async () => {
  const { run } = await relisted(['a', 'b', 'c', 'b'], ['c', 'b']);
  assert.equal(run.state, 'success');
  assert.deepEqual(worked, ['b']);
  assert.deepEqual(await instances(run.runId), [
    '0 a success removed',
    '1 b success',
    '2 c success',
    '3 b skipped removed',
  ]);
  assert.deepEqual(collected, ['done c', 'done b']);
});

test('equal elements are matched by their order, and an element that returns gets its instance back', async () => {
  const { run } = await relisted(['a', 'a', 'b'], ['b', 'a', 'a', 'a']);
  assert.deepEqual(worked.toSorted(), ['a', 'b']);
  assert.deepEqual(collected, ['done b', 'done a', 'done a', 'done a']);
  listed = ['b'];
  await clear(run.runId, 'list', false);
  await engine.ended(run.runId);
  await clear(run.runId, 'load', false);
  await engine.ended(run.runId);
  listed = ['a', 'b'];
  await clear(run.runId, 'list', false);
  await engine.ended(run.runId);
  worked = [];
  await clear(run.runId, 'load', false);
  const ended = await engine.ended(run.runId);
  assert.equal(ended.run.state, 'success');
  assert.deepEqual(worked.toSorted(), ['a', 'b']);
});

test('a list that is empty now skips the task', async () => {
  const { run, states } = await relisted(['a', 'b'], []);
  assert.equal(run.state, 'success');
  assert.deepEqual(worked, []);
  assert.equal(states['load[1]'], 'skipped');
  assert.equal(states.collect, 'skipped');
});
