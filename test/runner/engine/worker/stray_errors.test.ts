/** One task that does what would end its worker, and the innocents beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
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

const manual = {
  date: null,
  params: {},
  timeEdges: 'keep',
  reason: null,
  by: { actor: 'test', channel: 'cli' },
} as const;

async function setUp(lifetime: Lifetime, ways: readonly string[], innocents: number) {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(lifetime, [...byName.values()]);
  await createEffectTables(engine.pool);
  const lines = [
    ...Array.from(
      { length: innocents },
      (_, at) => `  - {task_id: innocent_${at}, type: effect, with: {gate: g}}`,
    ),
    ...ways.map(
      (way) => `  - {task_id: ${way}, type: stray, retries: 0, allow_failure: true, with: {way: ${way}}}`,
    ),
  ];
  const yaml = `dag_id: beside\ntimezone: UTC\nschedule: null\ntasks:\n${lines.join('\n')}\n`;
  assert.deepEqual(await engine.writeDag('beside', yaml), []);
  const { runId } = await triggerRun(engine.pool, { ...manual, dagId: 'beside' });
  return { engine, runId };
}

const endOf = async (pool: Parameters<typeof instancesOfRun>[0], runId: number, taskId: string) =>
  await until(
    `${taskId} to end`,
    async () => {
      const task = (await instancesOfRun(pool, runId)).find((one) => one.taskId === taskId);
      return task?.finishedAt != null ? task : null;
    },
    30_000,
  );

test('an error outside of its promise, or a call that would end the process, fails the attempt it came from and nothing else', async (t) => {
  const ways = ['rejection', 'callback', 'emitter', 'exit', 'abort'];
  const { engine, runId } = await setUp(t, ways, 2);
  const worker = await startWorkerProcess(t, { url: engine.url, concurrency: 8 });
  const said: Record<string, string> = {};
  for (const way of ways) {
    const { state, errorText } = await endOf(engine.pool, runId, way);
    assert.equal(state, 'failed', way);
    said[way] = errorText ?? '';
  }
  assert.equal(said.rejection, 'rejection: an error outside of its promise: floating');
  assert.match(said.callback ?? '', /^callback: an error outside of its promise: .*JSON/);
  assert.equal(said.emitter, 'emitter: an error outside of its promise: nobody listens');
  assert.match(said.exit ?? '', /the task called process\.exit\(3\), which would end its worker/);
  assert.match(said.abort ?? '', /the task called process\.abort\(\), which would end its worker/);
  await openGate(engine.pool, 'g');
  const { run } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  const attempts = await attemptsOfRun(engine.pool, runId);
  assert.deepEqual(new Set(attempts.map(({ workerId }) => workerId)), new Set([worker.workerId]));
  assert.ok(attempts.every(({ state }) => state !== 'crashed'));
  worker.signal('SIGTERM');
  assert.equal(await worker.ended, 0);
});

test('an endless loop ends its worker with one sentence that names what ran, and the innocents go on elsewhere', async (t) => {
  const { engine, runId } = await setUp(t, ['loop'], 2);
  const stuck = await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000, stallMs: 1_500 });
  assert.equal(await stuck.ended, 'SIGKILL');
  assert.match(
    stuck.said(),
    new RegExp(
      `^worker ${stuck.workerId} ends: its event loop stood still for 2 s while it ran [^.]*loop of run ${runId}[^.]*\\. Its tasks start elsewhere; start it again, as a supervisor does\\.$`,
      'm',
    ),
  );
  const { rows } = await engine.pool.query('select lost_reason from stockflow.worker where worker_id = $1', [
    stuck.workerId,
  ]);
  assert.match(rows[0]?.lost_reason, /its event loop stood still/);
  await openGate(engine.pool, 'g');
  // Started again, each suspect runs in a process of its own: the loop ends there, and nothing else with it.
  await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000, stallMs: 1_500 });
  const { states } = await engine.ended(runId);
  assert.deepEqual(states, { innocent_0: 'success', innocent_1: 'success', loop: 'failed' });
  const loop = (await instancesOfRun(engine.pool, runId)).find(({ taskId }) => taskId === 'loop');
  assert.equal(
    loop?.errorText,
    'loop: its event loop stood still for 2 s (it ran in a process of its own, because its worker had died while it ran)',
  );
  assert.equal((await effectsOf(engine.pool, runId)).filter(({ phase }) => phase === 'end').length, 2);
});

test('an endless loop ends its worker also when nobody reads its stderr', async (t) => {
  const { engine } = await setUp(t, ['loop'], 0);
  const stuck = await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000, stallMs: 1_500 });
  stuck.stopReading();
  assert.equal(await stuck.ended, 'SIGKILL');
});

for (const { way, found } of [
  { way: 'segv', found: 'its process was killed by SIGSEGV: native code crashed' },
  { way: 'memory', found: 'its process ran out of memory' },
]) {
  test(`${way}: what kills its worker is found at its next start, and the innocents beside it end well`, async (t) => {
    const { engine, runId } = await setUp(t, [way], 3);
    const options = { url: engine.url, leaseMs: 1_000, nodeFlags: ['--max-old-space-size=96'] };
    const first = await startWorkerProcess(t, options);
    assert.equal(await first.ended, way === 'segv' ? 'SIGSEGV' : 'SIGABRT');
    const second = await startWorkerProcess(t, options);
    const { state, errorText } = await endOf(engine.pool, runId, way);
    assert.equal(state, 'failed');
    assert.ok(errorText?.startsWith(`${way}: ${found}`), errorText ?? '');
    await openGate(engine.pool, 'g');
    const { states } = await engine.ended(runId);
    assert.deepEqual(states, {
      ...{ innocent_0: 'success', innocent_1: 'success', innocent_2: 'success' },
      [way]: 'failed',
    });
    const crashed = (await attemptsOfRun(engine.pool, runId)).filter((one) => one.state === 'crashed');
    assert.ok(crashed.every(({ workerId }) => workerId === first.workerId && workerId !== second.workerId));
  });
}

test('a task beside which workers die again and again, each time of another, is never quarantined', async (t) => {
  const { engine, runId } = await setUp(t, [], 1);
  const yaml = `dag_id: killer\ntimezone: UTC\nschedule: null\nmax_active_runs: 9\ntasks:\n  - {task_id: segv, type: stray, retries: 0, with: {way: segv}}\n`;
  assert.deepEqual(await engine.writeDag('killer', yaml), []);
  const killers: number[] = [];
  for (let death = 1; death <= 3; death += 1) {
    const worker = await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000 });
    await until('the innocent to start', async () =>
      (await effectsOf(engine.pool, runId)).some(({ pid }) => pid === worker.pid),
    );
    killers.push((await triggerRun(engine.pool, { ...manual, dagId: 'killer' })).runId);
    assert.equal(await worker.ended, 'SIGSEGV');
  }
  await startWorkerProcess(t, { url: engine.url, leaseMs: 1_000 });
  await openGate(engine.pool, 'g');
  const { run, tasks } = await engine.ended(runId);
  assert.deepEqual([run.state, tasks[0]?.crashCount], ['success', 3]);
  for (const killer of killers) {
    assert.match((await engine.ended(killer)).tasks[0]?.errorText ?? '', /was killed by SIGSEGV/);
  }
});
