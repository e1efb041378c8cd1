import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelBackfill, retryFailed } from '../../../../runner/engine/backfill/requests.ts';
import { OperatorError } from '../../../../runner/engine/operator/operator.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { FailTask } from '../../../../runner/task.ts';
import { gate } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { by, create, daysIn, daysOf, ended, engine, nightly, pool, step } from './dates.ts';

test('what failed goes on where it failed, oldest first, and nothing else is touched', async () => {
  await nightly('retried');
  const failing = new Set([6, 8]);
  step.on('then', ({ run }) => {
    if (run.dagId === 'retried' && failing.has(run.businessDate.day)) throw new FailTask('no file');
    return null;
  });
  const backfill = await create('retried', [5, 9]);
  assert.equal((await ended(backfill)).state, 'failed');
  failing.clear();
  const retried = await retryFailed(pool, backfill.backfillId, {
    by,
    reason: 'files came',
    refused: new Set(),
  });
  assert.deepEqual(daysOf(retried), [6, 8]);
  const { state, dates } = await ended(backfill);
  assert.equal(state, 'success');
  const attempts = await Promise.all(dates.map(({ runId }) => attemptsOfRun(pool, runId ?? 0)));
  assert.deepEqual(
    attempts.map((ofRun) => ofRun.map(({ taskId, state: attempt }) => `${taskId} ${attempt}`).join(', ')),
    [5, 6, 7, 8, 9].map((day) =>
      [6, 8].includes(day) ? 'first success, then failed, then success' : 'first success, then success',
    ),
  );
  const { rows } = await pool.query(
    `select actor, reason, after -> 'dates' as dates from stockflow.event where dag_id = 'retried' and action = 'backfill.retried'`,
  );
  assert.deepEqual(rows, [{ actor: 'operator', reason: 'files came', dates: ['2026-01-06', '2026-01-08'] }]);
});

test('a cancelled backfill begins no further date, and the run in work goes on to its end', async () => {
  await nightly('stopped');
  const first = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'stopped') await first.opened;
    return null;
  });
  const backfill = await create('stopped', [5, 9], { maxActiveRuns: 2 });
  await until('a run', async () => ((await daysIn('stopped', 'running')).length === 1 ? true : null));
  const cancelled = await cancelBackfill(pool, backfill.backfillId, { by, reason: 'wrong month' });
  assert.deepEqual(
    [cancelled.dropped, cancelled.cancelledRuns.length, cancelled.runningRuns.length],
    [3, 1, 1],
  );
  first.open();
  const [runningRun] = cancelled.runningRuns;
  assert.equal((await engine.ended(runningRun ?? 0)).run.state, 'success');
  const { state, dates } = await ended(backfill);
  assert.equal(state, 'cancelled');
  assert.deepEqual(
    dates.map(({ runState }) => runState),
    ['success', 'cancelled', null, null, null],
  );
  await assert.rejects(
    cancelBackfill(pool, backfill.backfillId, { by, reason: null }),
    /backfill \d+ has ended: cancelled/,
  );
});

test('a DAG has one running backfill at a time', async () => {
  await nightly('single');
  const first = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'single') await first.opened;
    return null;
  });
  const backfill = await create('single', [5, 6]);
  await assert.rejects(create('single', [10, 11]), (error) => {
    assert.ok(error instanceof OperatorError && error.kind === 'refused');
    assert.match(error.message, /backfill \d+ of single, 2026-01-05 to 2026-01-06, is still running/);
    return true;
  });
  first.open();
  await ended(backfill);
});

test('a date whose run another made meanwhile is not worked a second time', async () => {
  await nightly('meanwhile');
  const first = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'meanwhile' && run.businessDate.day === 5) await first.opened;
    return null;
  });
  const backfill = await create('meanwhile', [5, 6]);
  await pool.query(
    `insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     values ('meanwhile', $1, 'catchup', 'success', '2026-01-06T01:00Z', '2026-01-06', 'scheduler', now(), now())`,
    [backfill.dagVersionId],
  );
  first.open();
  const { state, dates } = await ended(backfill);
  assert.equal(state, 'success');
  assert.deepEqual(
    dates.map(({ decision, reason }) => [decision, reason]),
    [
      ['create', null],
      ['skip', 'succeeded'],
    ],
  );
  assert.equal((await listRuns(pool, { dagId: 'meanwhile', limit: 9 })).length, 2);
});
