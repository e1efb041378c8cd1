import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionText } from '../../../../runner/core/backfill/plan.ts';
import { planDates } from '../../../../runner/engine/backfill/requests.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { datesOfBackfill } from '../../../../runner/store/backfill/report.ts';
import { findDag } from '../../../../runner/store/dag/dag.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { gate, stepDag } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { by, create, daysIn, ended, engine, nightly, pool, startedDays, step, worker } from './dates.ts';

async function dagOf(dagId: string) {
  const row = await findDag(pool, dagId);
  return (await worker.engine.versions.get(row?.dagVersionId ?? 0)).dag;
}

test('a backfill that yields begins no date in the way of the next run of the schedule, and goes on after it', async () => {
  // Half a day away, so that no instant of the schedule itself comes near.
  const hour = (Temporal.Now.zonedDateTimeISO('UTC').hour + 12) % 24;
  const lines = [
    `schedule: "0 ${hour} * * *"`,
    'catchup: latest',
    'max_active_runs: 1',
    'dagrun_timeout: 5m',
  ];
  await engine.writeDag('yielding', stepDag('yielding', ['task_id: load'], lines));
  await scheduleDag(pool, worker.engine.versions, 'yielding');
  const first = gate();
  const night = gate();
  step.on('load', async ({ run }) => {
    if (run.dagId !== 'yielding') return null;
    if (run.businessDate.day === 1 && run.businessDate.year === 2026) await first.opened;
    if (run.businessDate.year !== 2026 || run.businessDate.month > 1) await night.opened;
    return null;
  });
  const { backfillId } = await create('yielding', [1, 30], { yieldsTo: 'scheduled' });
  await until('the first date to run', async () =>
    (await daysIn('yielding', 'running')).length === 1 ? true : null,
  );

  // The night comes near while the first date is worked. A plan of the schedule that is still to be made would undo that.
  await until('every plan to be made', async () => {
    const { rows } = await pool.query(
      `select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where t.identifier = 'stockflow.schedule' and (j.locked_at is not null or j.run_at < now() + interval '1 minute')`,
    );
    return rows.length === 0;
  });
  await pool.query(
    `update stockflow.dag set next_scheduled_for = now() + interval '3 minutes' where dag_id = 'yielding'`,
  );
  first.open();
  await until('the first date to end', async () =>
    (await daysIn('yielding', 'running')).length === 0 ? true : null,
  );
  await scheduleStartsNothing();

  // It is due, and runs at once.
  await pool.query(
    `update stockflow.dag set schedule_cursor = now() - interval '1 day' where dag_id = 'yielding'`,
  );
  await scheduleDag(pool, worker.engine.versions, 'yielding');
  const [running, ...others] = await listRuns(pool, { dagId: 'yielding', state: 'running', limit: 9 });
  assert.equal(running?.runType, 'catchup');
  assert.equal(others.length, 0);
  night.open();
  await engine.ended(running?.runId ?? 0);
  await until('the backfill to go on', async () => {
    const dates = await datesOfBackfill(pool, backfillId);
    return dates.filter(({ runState }) => runState === 'success').length > 5 ? true : null;
  });

  async function scheduleStartsNothing(): Promise<void> {
    // Past the next look at running backfills of every worker.
    await worker.engine.versions.get((await findDag(pool, 'yielding'))?.dagVersionId ?? 0);
    const { rows } = await pool.query<{ stage: string }>(
      `select stage from stockflow.backfill_date where backfill_id = $1 and stage <> 'waiting'`,
      [backfillId],
    );
    assert.deepEqual(rows, [{ stage: 'begun' }]);
  }
});

test('dates without a success of the other DAG are refused by name, those under way are waited for', async () => {
  await nightly('source');
  await engine.writeDag(
    'report',
    stepDag(
      'report',
      ['task_id: sum, depends_on: [{dag: source, task: then}]'],
      ['schedule: "0 2 * * *"', 'catchup: none'],
    ),
  );
  const held = gate();
  step.on('first', async ({ run }) => {
    if (run.dagId === 'source' && run.businessDate.day === 7) await held.opened;
    return null;
  });
  await ended(await create('source', [5, 5]));
  const running = await triggerRun(pool, {
    dagId: 'source',
    date: Temporal.PlainDate.from('2026-01-07'),
    params: {},
    timeEdges: 'collapse',
    by,
    reason: null,
  });
  const dates = await planDates(pool, await dagOf('report'), {
    from: Temporal.PlainDate.from('2026-01-05'),
    to: Temporal.PlainDate.from('2026-01-07'),
    reprocess: 'none',
    order: 'oldest_first',
  });
  assert.deepEqual(
    dates.map((date) => [decisionText(date), date.detail]),
    [
      ['create', null],
      ['refused (source is missing)', 'waits for then of source, 2026-01-06: it has no run'],
      ['create', `waits for then of source, 2026-01-07: not started in run ${running.runId}`],
    ],
  );
  const backfill = await create('report', [5, 7]);
  held.open();
  const { state } = await ended(backfill);
  assert.equal(state, 'success');
  assert.deepEqual(await startedDays('report'), [5, 7]);
});

test('a DAG that runs after another is worked on the dates of that one', async () => {
  await nightly('leader');
  await engine.writeDag('trailer', stepDag('trailer', ['task_id: sum'], ['schedule: {after: leader}']));
  await ended(await create('leader', [5, 6]));
  await until('the successes to be followed', async () =>
    (await startedDays('trailer')).length === 2 ? true : null,
  );
  const followed = await listRuns(pool, { dagId: 'trailer', limit: 9 });
  for (const { runId } of followed) await engine.ended(runId);
  assert.deepEqual(
    followed.map(({ runType, timeEdges }) => [runType, timeEdges]),
    [
      ['backfill', 'collapse'],
      ['backfill', 'collapse'],
    ],
  );
  const dates = await planDates(pool, await dagOf('trailer'), {
    from: Temporal.PlainDate.from('2026-01-05'),
    to: Temporal.PlainDate.from('2026-01-07'),
    reprocess: 'completed',
    order: 'oldest_first',
  });
  assert.deepEqual(
    dates.map((date) => [decisionText(date), String(date.scheduledFor)]),
    [
      ['re-run (succeeded)', '2026-01-05T01:00:00Z'],
      ['re-run (succeeded)', '2026-01-06T01:00:00Z'],
      ['refused (leader is missing)', '2026-01-07T01:00:00Z'],
    ],
  );
});
