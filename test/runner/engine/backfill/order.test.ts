import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackfill } from '../../../../runner/engine/backfill/requests.ts';
import { pauseDag } from '../../../../runner/engine/dags/pause.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { findRun, listRuns } from '../../../../runner/store/run/dag_run.ts';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { FailTask } from '../../../../runner/task.ts';
import { gate, stepDag } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import {
  by,
  create,
  daysIn,
  ended,
  engine,
  nightly,
  pool,
  requestOf,
  startedDays,
  step,
  worker,
} from './dates.ts';

test('dates are worked oldest first, one at a time, without waiting for delays, as runs of type backfill', async () => {
  await nightly('plain');
  const { state, dates } = await ended(await create('plain', [5, 9]));
  assert.equal(state, 'success');
  assert.deepEqual(await startedDays('plain'), [5, 6, 7, 8, 9]);
  const { rows } = await pool.query<{ overlaps: number }>(
    `select count(*)::integer as overlaps from stockflow.dag_run a join stockflow.dag_run b
         on a.dag_id = b.dag_id and a.run_id < b.run_id and b.started_at < a.finished_at
      where a.dag_id = 'plain'`,
  );
  assert.deepEqual(rows, [{ overlaps: 0 }]);
  for (const { runId, runState, scheduledFor, businessDate } of dates) {
    assert.equal(runState, 'success');
    const run = await findRun(pool, runId ?? 0);
    assert.deepEqual([run?.runType, run?.timeEdges, run?.actor], ['backfill', 'collapse', 'operator']);
    assert.match(run?.reason ?? '', /^backfill \d+: books of January$/);
    assert.equal(scheduledFor?.toString(), `${businessDate}T01:00:00Z`);
  }
});

test('newest first works them the other way round', async () => {
  await nightly('backwards');
  await ended(await create('backwards', [5, 8], { order: 'newest_first' }));
  assert.deepEqual(await startedDays('backwards'), [8, 7, 6, 5]);
});

test('at most max_active_runs of the backfill are there at once, and the next is made when one ends', async () => {
  await nightly('wide', 'max_active_runs: 9');
  const gates = new Map([1, 2, 3, 4].map((day) => [day, gate()]));
  step.on('first', async ({ run }) => {
    if (run.dagId === 'wide') await gates.get(run.businessDate.day)?.opened;
    return null;
  });
  const backfill = await create('wide', [1, 4], { maxActiveRuns: 2 });
  await until('two runs', async () => ((await daysIn('wide', 'running')).length === 2 ? true : null));
  assert.deepEqual(await daysIn('wide', 'running'), [1, 2]);
  await scheduleDag(pool, worker.engine.versions, 'wide');
  assert.deepEqual(await daysIn('wide', 'running'), [1, 2], 'another check made more');
  gates.get(2)?.open();
  await until('the third', async () => ((await daysIn('wide', 'running')).includes(3) ? true : null));
  assert.deepEqual(await daysIn('wide', 'running'), [1, 3]);
  for (const one of gates.values()) one.open();
  assert.equal((await ended(backfill)).state, 'success');
});

test('a run asked for meanwhile does not slip in between two dates', async () => {
  await nightly('in_turn');
  const first = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'in_turn' && run.businessDate.day === 5) await first.opened;
    return null;
  });
  const backfill = await create('in_turn', [5, 7]);
  const date = Temporal.PlainDate.from('2026-01-20');
  const asked = { dagId: 'in_turn', date, params: {}, timeEdges: 'collapse', by, reason: null } as const;
  const { runId } = await triggerRun(pool, asked);
  first.open();
  await ended(backfill);
  await engine.ended(runId);
  assert.deepEqual(await startedDays('in_turn'), [5, 6, 7, 20]);
});

test('a paused DAG is worked, and an edit in the middle does not divide the backfill', async () => {
  await nightly('edited');
  await pauseDag(pool, 'edited', { by, reason: null });
  const first = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'edited' && run.businessDate.day === 5) await first.opened;
    return null;
  });
  const backfill = await create('edited', [5, 7]);
  await engine.writeDag('edited', stepDag('edited', ['task_id: new_one'], ['schedule: "0 2 * * *"']));
  first.open();
  const { state, dates } = await ended(backfill);
  assert.deepEqual([state, dates.length], ['success', 3]);
  const runs = await listRuns(pool, { dagId: 'edited', limit: 9 });
  assert.deepEqual(
    runs.map(({ dagVersionId }) => dagVersionId),
    [1, 2, 3].map(() => backfill.dagVersionId),
  );
});

test('reprocessing adds attempts to the run that is there, by the terms of the backfill, with who, how and why', async () => {
  await nightly('again', 'params: {store: {type: integer, default: 1, description: a store}}');
  const failing = new Set([6]);
  step.on('then', ({ run }) => {
    if (run.dagId === 'again' && failing.has(run.businessDate.day)) throw new FailTask('no file');
    return null;
  });
  const first = await ended(await create('again', [5, 7]));
  assert.equal(first.state, 'failed');
  assert.deepEqual(
    first.dates.map(({ errorText }) => errorText),
    [null, 'no file', null],
  );
  const before = await attemptsOfRun(pool, first.dates[1]?.runId ?? 0);

  failing.clear();
  const none = await createBackfill(pool, { ...(await requestOf('again')), reprocess: 'none' });
  assert.equal(none, null, 'without reprocessing there is nothing to do');
  const second = await create('again', [5, 7], {
    reprocess: 'failed',
    params: { store: '2' },
    reason: null,
    by: { ...by, channel: 'web' },
  });
  const { state, dates } = await ended(second);
  assert.equal(state, 'success');
  assert.deepEqual(
    dates.map(({ decision, reason, runId }) => [decision, reason, runId]),
    first.dates.map(({ runId }, index) =>
      index === 1 ? ['rerun', 'failed', runId] : ['skip', 'succeeded', runId],
    ),
  );
  const runId = dates[1]?.runId ?? 0;
  assert.deepEqual((await findRun(pool, runId))?.params, { store: 2 });
  const attempts = await attemptsOfRun(pool, runId);
  assert.deepEqual(
    attempts.map(({ taskId, attemptNumber, state: attempt }) => `${taskId} ${attemptNumber} ${attempt}`),
    ['first 1 success', 'first 2 success', 'then 1 failed', 'then 2 success'],
  );
  assert.deepEqual(
    attempts.filter(({ attemptNumber }) => attemptNumber === 1),
    before,
    'an attempt was overwritten',
  );
  const { rows } = await pool.query(
    `select actor, action, reason, before -> 'run' as run, before -> 'params' as was, after -> 'params' as is
       from stockflow.event where run_id = $1 and reason = $2 and channel = 'web' order by event_id`,
    [runId, `backfill ${second.backfillId}`],
  );
  const about = { actor: 'operator', reason: `backfill ${second.backfillId}` };
  assert.deepEqual(rows, [
    { ...about, action: 'run.params_changed', run: null, was: { store: 1 }, is: { store: 2 } },
    { ...about, action: 'task.cleared', run: 'failed', was: null, is: null },
  ]);
});
