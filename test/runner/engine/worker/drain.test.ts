import assert from 'node:assert/strict';
import { test } from 'node:test';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { type ClaimTarget, claim } from '../../../../runner/store/task/claim.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps, untilAborted } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'test', channel: 'cli' } as const;

test('a claim that was under way when the worker was stopped is handed over when the grace time ends', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  await engine.writeDag('late', stepDag('late', ['task_id: late']));
  step.on('late', ({ signal }) => untilAborted(signal));
  const run = await triggerRun(pool, {
    ...{ dagId: 'late', date: null, params: {}, timeEdges: 'keep', reason: null },
    by,
  });

  const holder = await pool.connect();
  await holder.query('begin');
  await holder.query('select from stockflow.task_instance where run_id = $1 for update', [run.runId]);
  const worker = await engine.startWorker();
  await until('the claim to wait for the row', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'stockflow worker' and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  const stopped = worker.stop(200);
  await holder.query('commit');
  holder.release();
  await stopped;

  assert.deepEqual(
    (await attemptsOfRun(pool, run.runId)).map(({ state }) => state),
    ['handed_over'],
  );
});

test('a claim whose answer was lost is handed over when its worker is stopped', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  step.on('busy', ({ signal }) => untilAborted(signal));
  for (const dagId of ['busy', 'lost']) await engine.writeDag(dagId, stepDag(dagId, [`task_id: ${dagId}`]));
  const trigger = (dagId: string) =>
    triggerRun(pool, {
      ...{ dagId, date: null, params: {}, timeEdges: 'keep', reason: null },
      by,
    });
  const worker = await engine.startWorker({ concurrency: 1 });
  const busy = await trigger('busy');
  await until('the only slot to be taken', async () => (await attemptsOfRun(pool, busy.runId)).length === 1);
  const run = await trigger('lost');
  const { rows } = await pool.query<ClaimTarget>(
    'select task_instance_id as "taskInstanceId", attempt_token as token from stockflow.task_instance where run_id = $1',
    [run.runId],
  );
  const [target] = rows;
  assert.ok(target);
  assert.ok(await claim(pool, target, worker.engine.workerId()));

  await worker.stop(0);

  const attempts = await attemptsOfRun(pool, run.runId);
  assert.deepEqual(
    attempts.map(({ state }) => state),
    ['handed_over'],
  );
});

test('a second request to stop hands over at once what the first one let end', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  await engine.writeDag('long', stepDag('long', ['task_id: long']));
  step.on('long', ({ signal }) => untilAborted(signal));
  const worker = await engine.startWorker();
  const run = await triggerRun(engine.pool, {
    ...{ dagId: 'long', date: null, params: {}, timeEdges: 'keep', reason: null },
    by,
  });
  await until('the task to start', async () => step.startsOf('long') === 1);
  const graceful = worker.stop(600_000);
  await worker.stop(0);
  // A longer time does not take that back.
  await worker.stop(600_000);
  await graceful;
  assert.deepEqual(
    (await attemptsOfRun(engine.pool, run.runId)).map(({ state }) => state),
    ['handed_over'],
  );
});

test('a task of a pool that its worker hands over is queued again, and takes the slot that it has freed', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  step.on('pooled', ({ signal }) => untilAborted(signal));
  await engine.writeDag('pooled', stepDag('pooled', ['task_id: pooled, pool: erp']));
  const worker = await engine.startWorker();
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'pooled', date: null, params: {}, timeEdges: 'keep', reason: null },
    by,
  });
  await until('the task to run', async () => (await attemptsOfRun(pool, runId)).length === 1);
  await worker.stop(200);
  assert.deepEqual(
    (await attemptsOfRun(pool, runId)).map(({ state }) => state),
    ['handed_over'],
  );
  step.on('pooled', () => null);
  await engine.startWorker();
  assert.deepEqual((await engine.ended(runId)).states, { pooled: 'success' });
});
