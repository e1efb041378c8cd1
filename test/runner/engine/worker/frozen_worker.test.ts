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
  startWorkerProcess,
} from '../../../support/engine/processes.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'test', channel: 'cli' } as const;
const leaseMs = 2_000;

test('a worker that freezes with the lock of a run in its hands loses it, and its task starts again elsewhere', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool } = engine;
  await createEffectTables(pool);
  await engine.writeDag(
    'frozen',
    'dag_id: frozen\ntimezone: UTC\nschedule: null\ntasks:\n  - {task_id: only, type: effect}\n',
  );
  process.env.STOCKFLOW_FAIL_AT = 'finish.before_commit:1:stop';
  const frozen = await startWorkerProcess(t, { url: engine.url, leaseMs });
  delete process.env.STOCKFLOW_FAIL_AT;
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'frozen', date: null, params: {}, timeEdges: 'keep', reason: null },
    by,
  });
  await until('the task to end', async () => (await effectsOf(pool, runId)).length === 2);
  const other = await startWorkerProcess(t, { url: engine.url, leaseMs });
  await until('the task to start again', async () =>
    (await effectsOf(pool, runId)).some(({ pid }) => pid === other.pid),
  );
  assert.equal((await engine.ended(runId)).run.state, 'success');

  frozen.signal('SIGCONT');
  await until('the frozen worker to register anew', async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from stockflow.worker where pid = $1`,
      [frozen.pid],
    );
    return rows[0]?.count === 2;
  });
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ state, workerId }) => [state, workerId]),
    [
      ['crashed', frozen.workerId],
      ['success', other.workerId],
    ],
  );
});
