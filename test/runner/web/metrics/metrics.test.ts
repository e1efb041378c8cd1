import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addToTotals, readTotals } from '../../../../runner/store/metrics/ended.ts';
import {
  dagFigures,
  openRuns,
  openTasks,
  pendingAlerts,
  workerFigures,
} from '../../../../runner/store/metrics/gauges.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { explained } from '../../../support/engine/explain.ts';
import { fillHistory, goodNights } from '../../../support/engine/history.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { promtool, withoutPromtool } from '../../../support/promtool.ts';
import { testWeb } from '../../../support/web/app.ts';
import { series } from '../../../support/web/scraped.ts';

const engine = await testEngine({ after }, [steps().type]);
const { pool } = engine;
await engine.writeDag('nightly', stepDag('nightly', ['task_id: a', 'task_id: b']));
const web = await testWeb({ after }, { pool, folders: [] });

async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { status, body } = await web.get('/metrics');
  assert.equal(status, 200);
  return series(body);
}

interface Seeded {
  readonly state: string;
  /** How long before now it ended. */
  readonly endedAgo: string;
  readonly took: string;
}

/** Returns the run_id. */
async function addRun({ state, endedAgo, took }: Seeded): Promise<number> {
  const { rows } = await pool.query<{ runId: number }>(
    `insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor,
                                    created_at, started_at, finished_at)
     select 'nightly', current_version_id, 'scheduled', $1, at, at::date, 'test', at, at, case when $1 = 'running' then null else ended end
       from stockflow.dag cross join lateral (select now() - $2::interval as ended) as e
      cross join lateral (select ended - $3::interval as at) as b
     returning run_id as "runId"`,
    [state, endedAgo, took],
  );
  return rows[0]?.runId ?? 0;
}

async function addAttempt(runId: number, { state, endedAgo, took }: Seeded): Promise<void> {
  await pool.query(
    `with instance as (
       insert into stockflow.task_instance (run_id, task_id, state, attempt_token, finished_at)
       values ($1, 't' || gen_random_uuid(), $2, 1, now()) returning task_instance_id
     )
     insert into stockflow.task_attempt (task_instance_id, attempt_number, attempt_token, state, worker_id,
                                         started_at, finished_at, rows_in, rows_out, bytes_in, bytes_out)
     select task_instance_id, 1, 1, $2, 1, ended - $4::interval, ended, 10, 7, 1000, 700
       from instance cross join lateral (select now() - $3::interval as ended) as e`,
    [runId, state, endedAgo, took],
  );
}

test('a scrape counts what ended by state, and sorts its duration into the bucket whose bound it does not pass', async () => {
  const first = await addRun({ state: 'success', endedAgo: '2 hours', took: '60 seconds' });
  await addRun({ state: 'success', endedAgo: '1 hour', took: '61 seconds' });
  await addRun({ state: 'failed', endedAgo: '3 hours', took: '9 hours' });
  await addAttempt(first, { state: 'success', endedAgo: '2 hours', took: '1 second' });
  await addAttempt(first, { state: 'failed', endedAgo: '2 hours', took: '20 seconds' });
  const found = await scrape();
  const expected = {
    'stockflow_runs_ended_total{dag_id="nightly",state="success"}': 2,
    'stockflow_runs_ended_total{dag_id="nightly",state="failed"}': 1,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="success",le="15"}': 0,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="success",le="60"}': 1,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="success",le="300"}': 2,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="success",le="+Inf"}': 2,
    'stockflow_run_duration_seconds_sum{dag_id="nightly",state="success"}': 121,
    'stockflow_run_duration_seconds_count{dag_id="nightly",state="success"}': 2,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="failed",le="28800"}': 0,
    'stockflow_run_duration_seconds_bucket{dag_id="nightly",state="failed",le="+Inf"}': 1,
    'stockflow_task_attempts_ended_total{dag_id="nightly",state="success"}': 1,
    'stockflow_task_attempt_duration_seconds_sum{dag_id="nightly",state="failed"}': 20,
    'stockflow_task_read_rows_total{dag_id="nightly"}': 20,
    'stockflow_task_written_bytes_total{dag_id="nightly"}': 1400,
    stockflow_database_up: 1,
    stockflow_workers: 0,
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)])),
    expected,
  );
});

test('the last success is that of the latest scheduled instant, whatever was worked again since', async () => {
  const before = await scrape();
  await addRun({ state: 'success', endedAgo: '0 seconds', took: '5 days' });
  const found = await scrape();
  const name = 'stockflow_dag_last_success_timestamp_seconds{dag_id="nightly"}';
  assert.equal(found.get(name), before.get(name));
});

test('a counter takes nothing back: not when retention removes what it counted, nor twice what ended while it was counted', async () => {
  const name = 'stockflow_runs_ended_total{dag_id="nightly",state="failed"}';
  const before = (await scrape()).get(name) ?? Number.NaN;
  const running = await addRun({ state: 'running', endedAgo: '1 hour', took: '1 minute' });
  assert.equal((await scrape()).get(name), before);
  await pool.query(`update stockflow.dag_run set state = 'failed', finished_at = now() where run_id = $1`, [
    running,
  ]);
  assert.equal((await scrape()).get(name), before + 1);
  assert.equal((await scrape()).get(name), before + 1, 'once');
  await pool.query('delete from stockflow.dag_run where run_id = $1', [running]);
  assert.equal((await scrape()).get(name), before + 1, 'kept');
});

test('what began within the last minute is counted before it is added to the totals', async () => {
  const name = 'stockflow_runs_ended_total{dag_id="nightly",state="cancelled"}';
  await addRun({ state: 'cancelled', endedAgo: '0 seconds', took: '1 second' });
  assert.equal((await scrape()).get(name), 1);
  const { rows } = await pool.query(
    "select from stockflow.ended_total where kind = 'run' and state = 'cancelled'",
  );
  assert.equal(rows.length, 0);
});

test('lateness is told in seconds: of a due run that has not started, and of a task past its deadline', async () => {
  await pool.query(
    `update stockflow.dag set next_scheduled_for = now() - interval '10 minutes' where dag_id = 'nightly'`,
  );
  const runId = await addRun({ state: 'running', endedAgo: '0 seconds', took: '30 minutes' });
  await pool.query(
    `insert into stockflow.task_instance (run_id, task_id, deadline_at) values ($1, 'a', now() - interval '5 minutes')`,
    [runId],
  );
  const found = await scrape();
  const delay = found.get('stockflow_dag_start_delay_seconds{dag_id="nightly"}') ?? 0;
  const overdue = found.get('stockflow_dag_deadline_overdue_seconds{dag_id="nightly"}') ?? 0;
  assert.ok(delay >= 600 && delay < 660, String(delay));
  assert.ok(overdue >= 300 && overdue < 360, String(overdue));
  assert.equal(found.get('stockflow_runs{dag_id="nightly",state="running"}'), 1);
  assert.equal(found.get('stockflow_task_instances{dag_id="nightly",state="none"}'), 1);
});

test('no label holds an id that grows with the history', async () => {
  const names = new Set(
    [...(await scrape()).keys()].flatMap((key) => key.match(/(?<=[{,])[a-z_]+(?==")/g) ?? []),
  );
  const own = [...names].filter(
    (name) => !['kind', 'type', 'space', 'version', 'major', 'minor', 'patch'].includes(name),
  );
  assert.deepEqual(own.sort(), ['dag_id', 'le', 'state']);
});

test('promtool finds nothing wrong with a scrape', { skip: withoutPromtool }, async () => {
  const { body } = await web.get('/metrics');
  assert.deepEqual(promtool(['check', 'metrics'], { input: body }), { status: 0, output: '' });
});

test('a scrape reads no table of the history from end to end', async (t) => {
  const grown = await testEngine(t, [steps().type]);
  await grown.writeDag('busy', stepDag('busy', ['task_id: a']));
  await fillHistory(grown.pool, { dagId: 'busy', tasks: ['a'], nights: goodNights(20_000) });
  // Counting begins behind the history, as in an installation that is older than its first scrape.
  await grown.pool.query(
    `update stockflow.ended_cursor set counted_to = case kind
       when 'run' then (select max(run_id) from stockflow.dag_run)
       when 'attempt' then (select max(task_attempt_id) from stockflow.task_attempt) else 0 end`,
  );
  const { statements, fullReads } = await explained(grown.pool, async (tx) => {
    for (const kind of ['run', 'attempt', 'alert', 'ping'] as const) {
      await addToTotals(tx, kind);
      await readTotals(tx, kind);
    }
    for (const read of [dagFigures, openRuns, openTasks, pendingAlerts, workerFigures]) await read(tx);
  });
  assert.equal(statements, 21);
  const growing = ['dag_run', 'task_instance', 'task_attempt', 'event'];
  assert.deepEqual(
    fullReads.filter(({ tables }) => tables.some((table) => growing.includes(table))),
    [],
  );
});
