import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../../runner/core/run/settle.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { releaseInstance } from '../../../runner/store/queue/lease.ts';
import { claim } from '../../../runner/store/task/claim.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { applySettlements, type Ended } from '../../../runner/store/task/settlement.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

const POLICY = { retries: 0, retryDelayMs: 0, retryExponentialBackoff: false, maxRetryDelayMs: 0 };
const NO_METER = { rowsIn: null, rowsOut: null, bytesIn: null, bytesOut: null };
const WORKER = 1;

test('of two attempts of one instance that end together, the superseded one leaves no trace in the other', async (t) => {
  const { pool, writeDag } = await testEngine(t, [steps().type]);
  await writeDag('single', stepDag('single', ['task_id: only']));
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'single', date: null, params: {}, timeEdges: 'keep', reason: null },
    by: { actor: 'test', channel: 'cli' },
  });
  const [instance] = await instancesOfRun(pool, runId);
  assert.ok(instance !== undefined);
  const { taskInstanceId, taskId } = instance;
  const first = await claim(pool, { taskInstanceId, token: 1 }, WORKER);
  const job = await releaseInstance(pool, { taskInstanceId, token: 1, runId, taskId });
  assert.ok(first !== null && job !== null);
  const second = await claim(pool, job, WORKER);
  assert.equal(second?.attemptToken, 2);

  const endedWith = (attemptToken: number, output: string): Ended => ({
    ...{ taskInstanceId, taskId, attemptToken, meter: NO_METER },
    settlement: settle({ kind: 'success', output }, POLICY, 0),
  });
  // In either order: a join of both would pick one of them by chance.
  const accepted = await applySettlements(pool, [
    endedWith(1, 'superseded'),
    endedWith(2, 'counts'),
    endedWith(1, 'superseded'),
  ]);
  assert.deepEqual(
    accepted.map(({ attemptToken, attemptNumber, state }) => ({ attemptToken, attemptNumber, state })),
    [{ attemptToken: 2, attemptNumber: 2, state: 'success' }],
  );
  const { rows } = await pool.query(
    'select attempt_number as number, state, output from stockflow.task_attempt where task_instance_id = $1 order by 1',
    [taskInstanceId],
  );
  assert.deepEqual(rows, [
    { number: 1, state: 'handed_over', output: null },
    { number: 2, state: 'success', output: 'counts' },
  ]);
});
