import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'test', channel: 'cli' } as const;
/** Short, so that the test need not wait for ten seconds of silence. */
const leaseMs = 2_000;

async function setUp(
  t: { after(cleanUp: () => Promise<void>): void },
  dagId: string,
  tasks: readonly string[],
) {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  await createEffectTables(engine.pool);
  const yaml = `dag_id: ${dagId}\ntimezone: UTC\nschedule: null\ntasks:\n${tasks.map((task) => `  - {type: effect, ${task}}\n`).join('')}`;
  assert.deepEqual(await engine.writeDag(dagId, yaml), []);
  const trigger = async () =>
    (await triggerRun(engine.pool, { dagId, date: null, params: {}, timeEdges: 'keep', by, reason: null }))
      .runId;
  return { engine, pool: engine.pool, trigger };
}

test('a task whose worker is killed starts again elsewhere, uses no retry, and its successor runs once', async (t) => {
  const { engine, pool, trigger } = await setUp(t, 'killed', [
    'task_id: held, with: {gate: g}',
    'task_id: next, depends_on: [held]',
  ]);
  const first = await startWorkerProcess(t, { url: engine.url, leaseMs });
  const runId = await trigger();
  await until('the task to start', async () => (await effectsOf(pool, runId)).length === 1);
  first.signal('SIGKILL');
  await first.ended;
  const second = await startWorkerProcess(t, { url: engine.url, leaseMs });
  await until('the task to start again', async () =>
    (await effectsOf(pool, runId)).some(({ pid }) => pid === second.pid),
  );
  await openGate(pool, 'g');
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.deepEqual([tasks[0]?.failureCount, tasks[0]?.crashCount], [0, 1]);
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ taskId, state, workerId }) => [taskId, state, workerId]),
    [
      ['held', 'crashed', first.workerId],
      ['held', 'success', second.workerId],
      ['next', 'success', second.workerId],
    ],
  );
  assert.equal(
    (await effectsOf(pool, runId)).filter(({ taskId, phase }) => taskId === 'next' && phase === 'start')
      .length,
    1,
  );
});

test('a stopped worker that comes back changes nothing: its late result is refused and recorded', async (t) => {
  const { engine, pool, trigger } = await setUp(t, 'zombie', ['task_id: held, with: {gate: g, deaf: true}']);
  const zombie = await startWorkerProcess(t, { url: engine.url, leaseMs });
  const runId = await trigger();
  await until('the task to start', async () => (await effectsOf(pool, runId)).length === 1);
  zombie.signal('SIGSTOP');
  const other = await startWorkerProcess(t, { url: engine.url, leaseMs });
  await until('the task to start again', async () =>
    (await effectsOf(pool, runId)).some(({ pid }) => pid === other.pid),
  );
  await openGate(pool, 'g');
  const before = await engine.ended(runId);
  const winner = before.tasks[0]?.output;
  zombie.signal('SIGCONT');
  await until('the zombie to end its task', async () =>
    (await effectsOf(pool, runId)).some(({ pid, phase }) => pid === zombie.pid && phase === 'end'),
  );
  await until('the zombie to register anew', async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from stockflow.worker where pid = $1`,
      [zombie.pid],
    );
    return rows[0]?.count === 2;
  });
  const after = await engine.ended(runId);
  assert.deepEqual(after.tasks[0]?.output, winner);
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ state, workerId }) => [state, workerId]),
    [
      ['crashed', zombie.workerId],
      ['success', other.workerId],
    ],
  );
});

test('a task that kills its worker three times is quarantined and fails the run', async (t) => {
  const { engine, pool, trigger } = await setUp(t, 'deadly', [
    'task_id: deadly, retries: 5, with: {gate: g}',
  ]);
  const runId = await trigger();
  for (let crash = 1; crash <= 3; crash += 1) {
    const victim = await startWorkerProcess(t, { url: engine.url, leaseMs });
    await until(`start ${crash}`, async () => (await effectsOf(pool, runId)).length === crash);
    victim.signal('SIGKILL');
    await victim.ended;
  }
  await startWorkerProcess(t, { url: engine.url, leaseMs });
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'failed');
  assert.equal(tasks[0]?.errorClass, 'Quarantined');
  assert.equal((await effectsOf(pool, runId)).length, 3);
});

test('two workers share a wide run, each task runs once, and killing one in the middle loses none', async (t) => {
  const width = 500;
  const { engine, pool, trigger } = await setUp(
    t,
    'shared',
    Array.from(
      { length: width },
      (_, index) => `task_id: w${index}, with: {gate: ${index < width / 2 ? 'null' : 'g'}}`,
    ),
  );
  const [first, second] = await Promise.all([
    startWorkerProcess(t, { url: engine.url, leaseMs }),
    startWorkerProcess(t, { url: engine.url, leaseMs }),
  ]);
  const runId = await trigger();
  await until(
    'both to work',
    async () => new Set((await effectsOf(pool, runId)).map(({ pid }) => pid)).size === 2,
  );
  await until(
    'the gated half',
    async () => (await effectsOf(pool, runId)).filter(({ phase }) => phase === 'end').length >= width / 2,
  );
  first.signal('SIGKILL');
  await openGate(pool, 'g');
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.ok(tasks.every(({ state }) => state === 'success'));
  const accepted = (await attemptsOfRun(pool, runId)).filter(({ state }) => state === 'success');
  assert.equal(accepted.length, width);
  assert.ok(accepted.some(({ workerId }) => workerId === second.workerId));
});

test('SIGTERM lets tasks end within the grace time and hands the rest over', async (t) => {
  const { engine, pool, trigger } = await setUp(t, 'drained', ['task_id: held, with: {gate: g}']);
  const first = await startWorkerProcess(t, { url: engine.url, leaseMs, graceMs: 300 });
  const runId = await trigger();
  await until('the task to start', async () => (await effectsOf(pool, runId)).length === 1);
  first.signal('SIGTERM');
  assert.equal(await first.ended, 0);
  await openGate(pool, 'g');
  await startWorkerProcess(t, { url: engine.url, leaseMs });
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.deepEqual([tasks[0]?.failureCount, tasks[0]?.crashCount], [0, 0]);
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ state }) => state),
    ['handed_over', 'success'],
  );
});
