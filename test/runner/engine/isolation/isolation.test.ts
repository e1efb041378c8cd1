/** Tasks that run in processes of their own, what ends such a process, and the innocents beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { cancelRun } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { instancesOfRun } from '../../../../runner/store/task/instance.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import type { Lifetime } from '../../../support/postgres/database.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'test', channel: 'cli' } as const;

/** A run of tasks, each a line of YAML; `isolated: way` in short for one that asks for a process. */
async function setUp(lifetime: Lifetime, tasks: readonly string[]) {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(lifetime, [...byName.values()]);
  await createEffectTables(engine.pool);
  const lines = tasks.map((task) => `  - {${task}}`);
  const yaml = `dag_id: apart\ntimezone: UTC\nschedule: null\ndefault_args: {retries: 0}\ntasks:\n${lines.join('\n')}\n`;
  assert.deepEqual(await engine.writeDag('apart', yaml), []);
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId: 'apart', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  const taskOf = async (taskId: string) =>
    (await instancesOfRun(engine.pool, runId)).find((one) => one.taskId === taskId);
  const startOf = async (taskId: string) =>
    await until(
      `${taskId} to start`,
      async () => (await effectsOf(engine.pool, runId)).findLast((one) => one.taskId === taskId) ?? null,
    );
  return { engine, runId, taskOf, startOf };
}

const isolated = (way: string, keys = '') =>
  `task_id: ${way}, type: isolated, allow_failure: true, ${keys}with: {way: ${way}}`;
const innocent = 'task_id: innocent, type: effect, with: {gate: g}';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('what ends a process ends the attempt that asked for one alone, with a sentence that says what', async (t) => {
  const ways = ['segv', 'kill', 'exit', 'abort', 'memory', 'rejection'];
  const { engine, runId, taskOf } = await setUp(t, [
    innocent,
    ...ways.map((way) => isolated(way)),
    isolated('loop', 'execution_timeout: 1s, '),
  ]);
  const worker = await startWorkerProcess(t, {
    url: engine.url,
    concurrency: 8,
    nodeFlags: ['--max-old-space-size=96'],
  });
  const said: Record<string, string | null> = {};
  for (const way of [...ways, 'loop']) {
    const task = await until(
      `${way} to end`,
      async () => {
        const found = await taskOf(way);
        return found?.finishedAt != null ? found : null;
      },
      30_000,
    );
    assert.equal(task.state, 'failed', way);
    said[way] = task.errorText;
  }
  assert.deepEqual(said, {
    segv: 'segv: its process was killed by SIGSEGV: native code crashed',
    kill: 'kill: its process was killed by SIGKILL: the host ran out of memory, or somebody killed it',
    exit: 'exit: its process ended with exit code 3 before the task did, as process.exit() ends it',
    abort: 'abort: its process was ended by SIGABRT: process.abort() was called, or native code gave up',
    memory:
      'memory: its process ran out of memory: hold less at once, or give processes more with NODE_OPTIONS=--max-old-space-size=<MB>',
    rejection: 'rejection: an error outside of its promise: floating',
    loop: 'still running after its execution_timeout of 1 s',
  });
  await openGate(engine.pool, 'g');
  const { run, states } = await engine.ended(runId);
  assert.deepEqual([run.state, states.innocent], ['success', 'success']);
  const attempts = await attemptsOfRun(engine.pool, runId);
  assert.deepEqual([...new Set(attempts.map(({ workerId }) => workerId))], [worker.workerId]);
  assert.ok(attempts.every(({ state }) => state !== 'crashed'));
  assert.ok(
    (await effectsOf(engine.pool, runId)).every(({ taskId, pid }) => taskId === 'innocent' || !isAlive(pid)),
  );
});

test('a task in a process of its own has the whole context, and ends in every way that a task can', async (t) => {
  const { engine, runId } = await setUp(t, [
    'task_id: first, type: effect',
    'task_id: all, type: isolated, deadline: "23:59+1d", depends_on: [first], with: {way: all, length: PT90S}',
    ...['skip', 'defer', 'fail', 'error', 'big'].map((way) => isolated(way)),
  ]);
  await startWorkerProcess(t, { url: engine.url, concurrency: 8 });
  const tasks = await until('all to end', async () => {
    const found = await instancesOfRun(engine.pool, runId);
    return found.every(({ finishedAt, state }) => finishedAt !== null || state === 'deferred') ? found : null;
  });
  const ends = Object.fromEntries(tasks.map(({ taskId, state, errorText }) => [taskId, [state, errorText]]));
  assert.deepEqual(ends, {
    first: ['success', null],
    all: ['success', null],
    skip: ['skipped', 'nothing to do'],
    defer: ['deferred', 'later'],
    fail: ['failed', 'for good'],
    error: ['failed', 'out of range'],
    big: [
      'failed',
      'big: the return value has 1048578 characters of JSON, at most 1048576 are kept: write it to an artifact',
    ],
  });
  assert.deepEqual(
    tasks.flatMap(({ taskId, remedy }) => (remedy === null ? [] : [[taskId, remedy]])),
    [
      ['skip', { artifact: { label: 'see why', name: 'own.csv' } }],
      ['fail', { clear: { label: 'go on', scope: 'task' } }],
    ],
  );
  const all = tasks.find(({ taskId }) => taskId === 'all');
  const first = tasks.find(({ taskId }) => taskId === 'first');
  const { rows } = await engine.pool.query(
    'select business_date::text, deadline_at from stockflow.dag_run join stockflow.task_instance using (run_id) where task_id = $1',
    ['all'],
  );
  assert.deepEqual(all?.output, {
    text: 'a,b\n1,2\n',
    sha256: '492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470',
    seconds: 90,
    dagId: 'apart',
    isDue: true,
    businessDate: String(rows[0].business_date),
    attempt: ['all', -1, 1, rows[0].deadline_at.epochMilliseconds],
    upstream: { first: first?.output },
  });
  const { rows: kept } = await engine.pool.query(
    `select a.rows_in, a.bytes_out, a.progress,
            (select array_agg(message order by task_log_id) from stockflow.task_log l where l.task_instance_id = a.task_instance_id) as said,
            (select array_agg(action order by event_id) from stockflow.event e
              where e.task_id = 'all' and action in ('fixture.recorded', 'task.warned')) as events,
            (select array_agg(direction order by file_id) from stockflow.file f where f.task_instance_id = a.task_instance_id) as files
       from stockflow.task_attempt a where a.task_instance_id = $1`,
    [all?.taskInstanceId],
  );
  assert.deepEqual(kept, [
    {
      rows_in: 7,
      bytes_out: 5,
      progress: { done: 1, total: 2, unit: 'rows' },
      said: ['it runs', 'Something was odd.'],
      events: ['fixture.recorded', 'task.warned'],
      files: ['published', 'read'],
    },
  ]);
});

test('a cancel reaches the signal of an isolated task, and kills a process that does not heed it', async (t) => {
  const { engine, runId, startOf } = await setUp(t, [isolated('wait'), isolated('deaf'), isolated('loop')]);
  await startWorkerProcess(t, { url: engine.url });
  const [waits, deaf, loops] = [await startOf('wait'), await startOf('deaf'), await startOf('loop')];
  await cancelRun(engine.pool, runId, { by, reason: 'test' });
  const cancelledAt = performance.now();
  await until('the one that waits to end', async () => !isAlive(waits.pid));
  assert.ok(performance.now() - cancelledAt < 5_000 && isAlive(deaf.pid), 'it was given its grace time');
  await until('the others to be killed', async () => !isAlive(deaf.pid) && !isAlive(loops.pid));
  assert.equal((await engine.ended(runId)).run.state, 'cancelled');
});

test('SIGTERM hands an isolated task over, and its process is gone before the worker is', async (t) => {
  const { engine, runId, startOf } = await setUp(t, [isolated('wait')]);
  const worker = await startWorkerProcess(t, { url: engine.url, graceMs: 100 });
  const { pid } = await startOf('wait');
  // Whoever stops a service signals each of its processes.
  process.kill(pid, 'SIGTERM');
  worker.signal('SIGTERM');
  assert.equal(await worker.ended, 0);
  assert.equal(isAlive(pid), false);
  assert.deepEqual(
    (await attemptsOfRun(engine.pool, runId)).map(({ state }) => state),
    ['handed_over'],
  );
});

test('when the worker dies, the processes of its tasks die too, also one that loops', async (t) => {
  const { engine, startOf } = await setUp(t, [isolated('wait'), isolated('loop')]);
  const worker = await startWorkerProcess(t, { url: engine.url });
  const [waits, loops] = [await startOf('wait'), await startOf('loop')];
  worker.signal('SIGKILL');
  await worker.ended;
  await until('both to end', async () => !isAlive(waits.pid) && !isAlive(loops.pid));
});
