import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { AlertWatch } from '../../../../runner/engine/alerts/watch.ts';
import { pauseDag, resumeDag } from '../../../../runner/engine/dags/pause.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { type TestEngine, testEngine, testLog } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const BY = { by: { actor: 'operator', channel: 'cli' }, reason: null } as const;
const RULE = 'alerts: [{on: [not_started, slow, recovered], to: [pager]}]';

/** Watches as the page's process does, without a worker, and records what it was to send. */
function watch({ pool }: TestEngine): AlertWatch & { readonly looks: string[] } {
  const looks: string[] = [];
  const alerts = new AlertWatch({
    pool,
    versions: new DagVersions(pool),
    sender: { sendDue: async (channel) => void looks.push(channel) },
    log: testLog,
    everyMs: 20,
  });
  return Object.assign(alerts, { looks });
}

async function told(pool: Pool): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await pool.query({
    text: `select a.dag_id, a.kind, a.cause, a.closed_at is not null, a.facts -> 'figure' ->> 'bound', a.run_id is not null
             from stockflow.alert a order by a.alert_id`,
    rowMode: 'array',
  });
  return rows;
}

/** Makes what was added and changed so far old: a DAG is not late before it was planned. */
async function ageHistory(pool: Pool): Promise<void> {
  await pool.query(`alter table stockflow.event disable trigger event_is_append_only`);
  await pool.query(`update stockflow.event set at = at - interval '1 day'`);
  await pool.query(`alter table stockflow.event enable trigger event_is_append_only`);
}

async function dueAgo(pool: Pool, dagId: string, ago: string): Promise<void> {
  await pool.query(`update stockflow.dag set next_scheduled_for = now() - $2::interval where dag_id = $1`, [
    dagId,
    ago,
  ]);
}

test('with every worker dead the page tells of what did not start: once, by cause, and not while it is paused', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const scheduled = ['schedule: "0 1 * * *"', RULE];
  await engine.writeDag('a_feed', stepDag('a_feed', ['task_id: load'], scheduled));
  await engine.writeDag('b_feed', stepDag('b_feed', ['task_id: load'], [...scheduled, 'start_within: 1h']));
  await engine.writeDag('c_feed', stepDag('c_feed', ['task_id: load'], [...scheduled, 'start_within: 4h']));
  await engine.writeDag('quiet', stepDag('quiet', ['task_id: load'], ['schedule: "0 1 * * *"']));
  await engine.writeDag('paused', stepDag('paused', ['task_id: load'], scheduled));
  await pauseDag(pool, 'paused', BY);
  for (const dagId of ['a_feed', 'b_feed', 'c_feed', 'quiet']) await dueAgo(pool, dagId, '3 hours');
  await ageHistory(pool);
  await using first = watch(engine);
  await using _second = watch(engine);
  await until('both to be told', async () => (await told(pool)).length === 2);
  assert.deepEqual((await told(pool)).toSorted(), [
    ['a_feed', 'not_started', 'no live worker', false, '10m', false],
    ['b_feed', 'not_started', 'no live worker', false, '1h', false],
  ]);
  const { rows } = await pool.query<{ sentence: string }>(
    `select sentence from stockflow.alert where dag_id = 'a_feed'`,
  );
  assert.match(
    rows[0]?.sentence ?? '',
    /^a_feed was due at \d{4}-\d\d-\d\d \d\d:\d\d UTC and is not running 3h 00m later: no worker is alive$/,
  );
  // Nobody takes the queue's job, so the page sends it.
  await pool.query(
    `update stockflow.alert_delivery set next_attempt_at = next_attempt_at - interval '1 minute'`,
  );
  await until('the page to send', async () => first.looks.includes('pager'));

  // A pause that ends is no late start: the schedule is planned from then on.
  await resumeDag(pool, 'paused', BY);
  await pool.query(
    `update stockflow.dag set next_scheduled_for = now() - interval '5 hours' where dag_id = 'paused'`,
  );
  const before = first.looks.length;
  await until('another look', async () => first.looks.length > before + 1);
  assert.equal((await told(pool)).length, 2);
});

test('a run that waits behind another is told of with its number, and the next success closes it', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('load', () => held.opened.then(() => null));
  await engine.writeDag('feed', stepDag('feed', ['task_id: load'], ['schedule: "0 1 * * *"', RULE]));
  const [earlier, later] = ['2026-01-30T01:00Z', '2026-01-31T01:00Z'];
  await pool.query(
    `with dag as (select * from stockflow.dag where dag_id = 'feed'), run as (
       insert into stockflow.dag_run (dag_id, dag_version_id, run_type, scheduled_for, business_date, actor, created_at)
       select dag_id, current_version_id, 'scheduled', at, at::date, 'scheduler', now() - interval '1 hour'
         from dag cross join unnest($1::timestamptz[]) as at
       returning run_id, dag_id
     )
     insert into stockflow.task_instance (run_id, task_id) select run_id, 'load' from run`,
    [[earlier, later]],
  );
  await pool.query(`update stockflow.dag set schedule_cursor = now()`);
  await ageHistory(pool);
  await engine.startWorker();
  await until('the second run to be told of', async () => (await told(pool)).length === 1);
  const { rows } = await pool.query<{ sentence: string; incident: string; runId: number }>(
    `select sentence, incident, run_id as "runId" from stockflow.alert`,
  );
  assert.deepEqual(rows, [
    {
      sentence: rows[0]?.sentence,
      incident: 'feed/2026-01-31T01:00:00Z',
      runId: 2,
    },
  ]);
  assert.match(rows[0]?.sentence ?? '', /: run 1 is still running$/);
  held.open();
  await engine.ended(2);
  assert.deepEqual(await told(pool), [
    ['feed', 'not_started', null, true, '10m', true],
    ['feed', 'recovered', null, false, null, true],
  ]);
});

test('a run past its usual duration is told of once, by however many processes look, and its success closes it', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('load', () => held.opened.then(() => null));
  for (const dagId of ['usual', 'young'])
    await engine.writeDag(dagId, stepDag(dagId, ['task_id: load'], [RULE]));
  const history = (dagId: string, minutes: readonly number[]) =>
    pool.query(
      `insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
       select dag_id, current_version_id, 'manual', 'success', at, at::date, 'test', at, at + minutes * interval '1 minute'
         from stockflow.dag cross join unnest($2::integer[]) with ordinality as took (minutes, night)
        cross join lateral (select timestamptz '2026-01-01 01:00Z' + night * interval '1 day' as at) as begun
        where dag_id = $1`,
      [dagId, minutes],
    );
  await history('usual', [20, 22, 19, 21, 20]);
  await history('young', [20, 22, 19, 21]);
  await engine.startWorker();
  const trigger = { date: null, params: {}, timeEdges: 'keep', ...BY } as const;
  const { runId } = await triggerRun(pool, { dagId: 'usual', ...trigger });
  const { runId: young } = await triggerRun(pool, { dagId: 'young', ...trigger });
  await until('both to begin', async () => step.startsOf('load') === 2);
  await using first = watch(engine);
  await using _second = watch(engine);
  await pool.query(
    `update stockflow.dag_run set started_at = now() - interval '31 minutes' where state = 'running'`,
  );
  await until('it to be told', async () => (await told(pool)).length === 1);
  await pool.query(
    `update stockflow.alert_delivery set next_attempt_at = next_attempt_at - interval '1 minute'`,
  );
  await until('more looks', async () => first.looks.length > 3);
  // The median is 20m: half as much again is 30m. Four runs show nothing.
  assert.deepEqual(await told(pool), [['usual', 'slow', null, false, '30m 00s', true]]);
  held.open();
  await engine.ended(runId);
  await engine.ended(young);
  assert.deepEqual(await told(pool), [
    ['usual', 'slow', null, true, '30m 00s', true],
    ['usual', 'recovered', null, false, null, true],
  ]);
});
