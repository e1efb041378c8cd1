/** Leases that run out while nobody can reach the database, as during a failover to a standby that started long before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolExhausted } from '../../../../runner/connections/postgres/errors.ts';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { OutageGrace } from '../../../../runner/engine/worker/outage_grace.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import {
  createEffectTables,
  effectsOf,
  FIXTURE_TASKS,
  openGate,
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import { startProxy } from '../../../support/tcp_proxy.ts';
import { until } from '../../../support/until.ts';

const leaseMs = 2_000;

test('after an outage of half a lease or more, and only then, others have the time of a lease', () => {
  const grace = new OutageGrace({ leaseMs: 10_000, log: testLog }, 0);
  const unreachable = new PoolExhausted('all 4 sessions are in use');
  assert.equal(grace.answered(2_000), 'presume_dead');
  assert.equal(grace.answered(30_000), 'presume_dead', 'a slow sweep is no outage');
  grace.failed(new Error('it answered that something is wrong'));
  assert.equal(grace.answered(30_000), 'presume_dead');
  grace.failed(unreachable);
  assert.equal(grace.answered(34_999), 'presume_dead', 'in which no lease can have run out');
  grace.failed(unreachable);
  grace.failed(unreachable);
  assert.equal(grace.answered(40_000), 'presume_alive');
  assert.equal(grace.answered(49_999), 'presume_alive');
  assert.equal(grace.answered(50_000), 'presume_dead');
});

test('a worker that reaches the database later than others after an outage keeps its lease and its tasks', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool } = engine;
  await createEffectTables(pool);
  await engine.writeDag(
    'held',
    'dag_id: held\ntimezone: UTC\nschedule: null\ntasks:\n  - {task_id: only, type: effect, with: {gate: held}}\n',
  );
  // The server's own start gives no time.
  await until('the server to be old', async () => {
    const { rows } = await pool.query<{ isOld: boolean }>(
      `select pg_postmaster_start_time() < now() - interval '10 s' as "isOld"`,
    );
    return rows[0]?.isOld === true ? true : null;
  });
  const server = new URL(engine.url);
  const start = async () => {
    const proxy = await startProxy({ target: { host: server.hostname, port: Number(server.port) } });
    t.after(() => proxy[Symbol.asyncDispose]());
    const url = new URL(engine.url);
    url.port = `${proxy.port}`;
    const worker = await startWorkerProcess(t, {
      ...{ url: url.href, effectsUrl: engine.url, leaseMs, logLevel: 'info' },
    });
    return { proxy, worker };
  };
  const late = await start();
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'held', date: null, params: {}, timeEdges: 'keep', reason: null },
    by: { actor: 'test', channel: 'cli' },
  });
  await until('the task to run', async () => ((await effectsOf(pool, runId)).length === 1 ? true : null));
  const early = await start();

  for (const { proxy } of [late, early]) {
    proxy.cut();
    proxy.cutAfterBytes({ direction: 'to_server', count: 0 });
  }
  await until('both leases to run out', async () => {
    const { rowCount } = await pool.query(
      `select from stockflow.worker where lease_expires_at < now() - interval '1 s'`,
    );
    return rowCount === 2 ? true : null;
  });
  early.proxy.heal();
  await until('the first worker to be back', async () =>
    early.worker.said().includes('the database answers again') ? true : null,
  );
  late.proxy.heal();
  await until('the other one to renew its lease', async () => {
    const { rowCount } = await pool.query(
      'select from stockflow.worker where worker_id = $1 and lease_expires_at > now()',
      [late.worker.workerId],
    );
    return rowCount === 1 ? true : null;
  });
  await openGate(pool, 'held');
  assert.equal((await engine.ended(runId)).run.state, 'success');
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ state, workerId }) => [state, workerId]),
    [['success', late.worker.workerId]],
  );
});
