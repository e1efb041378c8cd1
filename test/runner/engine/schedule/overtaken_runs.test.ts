import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { lastRuns } from '../../../../runner/store/run/last_due_run.ts';
import { readStatus } from '../../../../runner/view/status/status.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const versions = new DagVersions(pool);
const by = { actor: 'operator', channel: 'cli' } as const;

/** Makes the schedule stand as if nobody had looked for so many minutes, and looks. */
async function looks(dagId: string, minutes: number): Promise<void> {
  await pool.query(
    `update stockflow.dag set schedule_cursor = date_trunc('minute', now()) - $2 * interval '1 minute' where dag_id = $1`,
    [dagId, minutes],
  );
  await scheduleDag(pool, versions, dagId);
}

/** Returns the number of scheduled runs in each state. */
async function scheduled(dagId: string): Promise<Readonly<Record<string, number>>> {
  const runs = (await listRuns(pool, { dagId, limit: 100 })).filter(({ runType }) => runType !== 'manual');
  return Object.fromEntries(
    [...Map.groupBy(runs, ({ state }) => state)].map(([state, of]) => [state, of.length]),
  );
}

async function behindLongRun(dagId: string, catchup: 'latest' | 'none' | 'all') {
  const schedule = ['schedule: "* * * * *"', 'max_active_runs: 1', `catchup: ${catchup}`];
  await engine.writeDag(dagId, stepDag(dagId, ['task_id: long'], schedule));
  const manual = { dagId, date: null, params: {}, timeEdges: 'keep', by, reason: null } as const;
  const long = await triggerRun(pool, manual);
  assert.equal(long.state, 'running');
  const waiting = await triggerRun(pool, manual);
  for (const minutes of [3, 2, 1]) await looks(dagId, minutes);
  return { long, waiting };
}

for (const catchup of ['latest', 'none'] as const) {
  test(`of the runs that wait behind a longer one the newest waits under catchup ${catchup}, and the others are skipped by name`, async () => {
    const dagId = `piled_${catchup}`;
    const { waiting } = await behindLongRun(dagId, catchup);
    const { queued, cancelled = 0 } = await scheduled(dagId);
    assert.equal(queued, 1);
    assert.ok(cancelled >= 2);
    const { rows } = await pool.query(
      `select reason from audit.event where dag_id = $1 and action = 'run.skipped'`,
      [dagId],
    );
    assert.equal(rows.length, cancelled);
    assert.match(rows[0]?.reason, /a newer run of the schedule was due before this one could start/);
    const missing = await pool.query('select from audit.missing_date where dag_id = $1', [dagId]);
    assert.ok((missing.rowCount ?? 0) >= cancelled);
    const runs = await listRuns(pool, { dagId, limit: 100 });
    assert.equal(runs.find(({ runId }) => runId === waiting.runId)?.state, 'queued', 'a person requested it');
  });
}

test('under catchup all every run keeps its place', async () => {
  await behindLongRun('piled_all', 'all');
  const { queued = 0, cancelled } = await scheduled('piled_all');
  assert.ok(queued >= 3);
  assert.equal(cancelled, undefined);
});

/** Lets a minute pass: all that the DAG has is a minute older, and its schedule is looked at. */
async function minutePasses(dagId: string): Promise<void> {
  for (const table of ['dag_run', 'due_instant'])
    await pool.query(
      `update stockflow.${table} set scheduled_for = scheduled_for - interval '1 hour' where dag_id = $1`,
      [dagId],
    );
  await looks(dagId, 1);
}

async function tenMinutes(whenBusy: 'queue' | 'latest' | 'skip', catchup: 'latest' | 'all') {
  const dagId = `busy_${whenBusy}_${catchup}`;
  const schedule = ['schedule: "* * * * *"', `when_busy: ${whenBusy}`, `catchup: ${catchup}`];
  assert.deepEqual(await engine.writeDag(dagId, stepDag(dagId, ['task_id: long'], schedule)), []);
  const waiting: number[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    await minutePasses(dagId);
    waiting.push((await scheduled(dagId)).queued ?? 0);
  }
  return { dagId, waiting, states: await scheduled(dagId) };
}

test('of a one-minute schedule with a ten-minute task one run waits under latest, and each dropped one is recorded', async () => {
  const { dagId, waiting, states } = await tenMinutes('latest', 'all');
  assert.ok(
    waiting.slice(1).every((count) => count === 1),
    String(waiting),
  );
  assert.equal(states.running, 1);
  assert.ok((states.cancelled ?? 0) >= 8);
  const { rows } = await pool.query<{ after: unknown }>(
    `select after->>'when_busy' as after from audit.event where dag_id = $1 and action = 'run.skipped'`,
    [dagId],
  );
  assert.deepEqual(
    rows.map((row) => row.after),
    new Array(states.cancelled).fill('latest'),
  );
});

test('under skip no run waits: each is dropped with the run that was under way, which status says without a problem', async () => {
  const { dagId, waiting, states } = await tenMinutes('skip', 'latest');
  assert.deepEqual([...new Set(waiting)], [0]);
  assert.deepEqual(Object.keys(states).toSorted(), ['cancelled', 'running']);
  const running = (await listRuns(pool, { dagId, limit: 100 })).find(({ state }) => state === 'running');
  const source = { pool, versions };
  const status = (await readStatus(source, engine.dagsDir)).dags.find((dag) => dag.dagId === dagId);
  assert.equal(
    status?.sentence,
    `skipped: run ${running?.runId} was under way when it was due; ` +
      `${states.cancelled} due runs were dropped in the last 24 hours, as others were under way`,
  );
  assert.equal(status?.isProblem, false);
});

test('under queue every run waits, whatever the catchup', async () => {
  const { waiting } = await tenMinutes('queue', 'latest');
  assert.ok((waiting.at(-1) ?? 0) >= 9);
});

test('a deadline that passed before a short task ended is missed, though no sweep saw it', async () => {
  const [held, begun] = [gate(), gate()];
  await engine.writeDag(
    'late',
    stepDag('late', ['task_id: short, deadline: "23:59"'], ['schedule: "0 0 * * *"']),
  );
  step.on('short', async () => {
    begun.open();
    await held.opened;
    return null;
  });
  await engine.startWorker();
  const { runId } = await triggerRun(pool, {
    dagId: 'late',
    date: null,
    params: {},
    timeEdges: 'keep',
    by,
    reason: null,
  });
  await begun.opened;
  // The settlement comes within the sweep's interval, or after a sweep that saw it: the record is one and the same.
  await pool.query(
    `update stockflow.task_instance set deadline_at = now() - interval '1 ms' where run_id = $1`,
    [runId],
  );
  held.open();
  const { tasks } = await engine.ended(runId);
  assert.notEqual(tasks[0]?.deadlineMissedAt, null);
  const events = await until('the event', async () => {
    const { rows } = await pool.query(
      `select task_id from audit.event where run_id = $1 and action = 'task.deadline_missed'`,
      [runId],
    );
    return rows.length > 0 ? rows : null;
  });
  assert.deepEqual(events, [{ task_id: 'short' }]);
  const [night] = await lastRuns(pool, [{ dagId: 'late', scheduledFor: null, businessDate: null }]);
  assert.deepEqual(night?.missedDeadlines, ['short']);
});
