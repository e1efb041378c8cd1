import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { cancelRun, cancelTask, clearTasks, markTask } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { FailTask } from '../../../../runner/task.ts';
import { type TestEngine, testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const BY = { actor: 'operator', channel: 'cli' } as const;

interface ToldRow {
  readonly kind: string;
  readonly sentence: string;
  readonly cause: string | null;
  readonly isClosed: boolean;
  readonly channels: string;
}

/** Returns the alerts of a DAG, oldest first. */
async function told(pool: Pool, dagId: string): Promise<readonly ToldRow[]> {
  const { rows } = await pool.query<ToldRow>(
    `select a.kind, a.sentence, a.cause, a.closed_at is not null as "isClosed",
            (select string_agg(d.channel, ',' order by d.channel) from stockflow.alert_delivery d
              where d.alert_id = a.alert_id and d.state = 'pending') as channels
       from stockflow.alert a where a.dag_id = $1 order by a.alert_id`,
    [dagId],
  );
  return rows;
}

const kindsOf = (rows: readonly ToldRow[]) => rows.map(({ kind }) => kind);

async function alertJobs(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ channel: string }>(
    `select distinct j.payload ->> 'channel' as channel
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where t.identifier = 'stockflow.alert' order by 1`,
  );
  return rows.map(({ channel }) => channel);
}

async function trigger(engine: TestEngine, dagId: string): Promise<number> {
  const run = await triggerRun(engine.pool, {
    ...{ dagId, date: null, params: {}, timeEdges: 'keep', by: BY, reason: null },
  });
  return run.runId;
}

test('a failed run is told once to each channel, anew after it was cleared, and a success closes it', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  let isBroken = true;
  step.on('load', () => {
    if (isBroken) throw new FailTask('no file came');
    return null;
  });
  const alerts = 'alerts: [{to: [chat, mail]}, {on: [failed], to: [pager, chat]}]';
  await engine.writeDag(
    'night',
    stepDag('night', ['task_id: load', 'task_id: after, depends_on: [load]'], [alerts]),
  );
  await engine.startWorker({ alertsTo: ['desk', 'mail'] });

  const { run } = await engine.run('night');
  const date = run.businessDate.toString();
  assert.deepEqual(await told(pool, 'night'), [
    {
      kind: 'failed',
      sentence: `run ${run.runId} of night (${date}) failed: load: no file came`,
      cause: null,
      isClosed: false,
      channels: 'chat,desk,mail,pager',
    },
  ]);
  assert.deepEqual(await alertJobs(pool), ['chat', 'desk', 'mail', 'pager']);
  const { rows } = await pool.query(
    `select facts ->> 'taskId' as task, facts ->> 'taskCount' as failed, facts -> 'done' as done from stockflow.alert`,
  );
  assert.deepEqual(rows, [
    { task: 'load', failed: '1', done: { tasksDone: 0, taskCount: 2, filesPublished: 0 } },
  ]);

  const again = { by: BY, reason: null, taskId: null, onlyFailed: true, downstream: false };
  await clearTasks(pool, run.runId, again);
  await until('the second failure to be told', async () => (await told(pool, 'night')).length === 2);
  assert.deepEqual(kindsOf(await told(pool, 'night')), ['failed', 'failed']);

  isBroken = false;
  await clearTasks(pool, run.runId, again);
  await engine.ended(run.runId);
  const all = await told(pool, 'night');
  assert.deepEqual(
    all.map(({ kind, isClosed, channels }) => [kind, isClosed, channels]),
    [
      ['failed', true, 'chat,desk,mail,pager'],
      ['failed', true, 'chat,desk,mail,pager'],
      // The pager's rule is for failures only.
      ['recovered', false, 'chat,desk,mail'],
    ],
  );
  await engine.run('night');
  assert.equal((await told(pool, 'night')).length, 3, 'a night that only succeeds tells nothing');
});

test('nobody is told of a result that was rolled back or superseded, nor of a run that a person cancels', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('load', async () => {
    await held.opened;
    throw new FailTask('late');
  });
  await engine.writeDag('night', stepDag('night', ['task_id: load'], ['alerts: [{to: [chat]}]']));
  // The first finish of the run fails after its alert was written, and is done again.
  await pool.query(`
    create sequence finishes;
    create function fail_once() returns trigger language plpgsql as $$
    begin
      if new.action = 'run.finished' and nextval('finishes') = 1 then
        perform pg_terminate_backend(pg_backend_pid());
      end if;
      return null;
    end $$;
    create constraint trigger fail_once after insert on stockflow.event deferrable initially deferred
      for each row execute function fail_once()`);
  await engine.startWorker();
  const cancelled = await trigger(engine, 'night');
  await until('the task to begin', async () => step.startsOf('load') === 1);
  await cancelRun(pool, cancelled, { by: BY, reason: null });
  held.open();
  assert.deepEqual(await told(pool, 'night'), []);

  const { run } = await engine.run('night');
  const { rows } = await pool.query('select last_value::integer as finishes from finishes');
  assert.deepEqual(rows, [{ finishes: 2 }], 'the first transaction was rolled back');
  const all = await told(pool, 'night');
  assert.deepEqual(kindsOf(all), ['failed']);
  assert.match(all[0]?.sentence ?? '', new RegExp(`^run ${run.runId} of night`));
});

test('DAGs that fail for one dead server share their cause; an own error has none', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const nobody = 'postgres://nobody@127.0.0.1:9/oms';
  step.on('load', async ({ connections }) => {
    await (await connections.postgres('oms')).query('select');
    return null;
  });
  step.on('check', () => {
    throw new Error('its own affair');
  });
  const names = Array.from({ length: 10 }, (_, index) => `feed_${index}`);
  const rule = ['alerts: [{on: [failed], to: [chat]}]'];
  for (const name of names) await engine.writeDag(name, stepDag(name, ['task_id: load'], rule));
  await engine.writeDag('other', stepDag('other', ['task_id: check'], rule));
  await engine.startWorker({ env: { STOCKFLOW_CONN_OMS: nobody } });
  await Promise.all([...names, 'other'].map((name) => engine.run(name)));
  const { rows } = await pool.query(
    `select cause, count(*)::integer as alerts from stockflow.alert group by cause order by cause`,
  );
  assert.deepEqual(rows, [
    { cause: 'no answer from 127.0.0.1:9', alerts: 10 },
    { cause: null, alerts: 1 },
  ]);
});

test('several tasks that miss their deadline and several warnings are one message of each kind a run', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('warns', async ({ warn }) => {
    await warn('no rows came', {}, { remedy: { command: { label: 'list them', name: 'changes' } } });
    await warn('no rows came from store 2 either');
    return null;
  });
  step.on('slow', () => held.opened.then(() => null));
  step.on('slower', () => held.opened.then(() => null));
  const rule = 'alerts: [{on: [deadline_missed, warning, recovered], to: [chat]}]';
  const tasks = ['task_id: warns', 'task_id: slow, deadline: "05:00"', 'task_id: slower, deadline: "04:00"'];
  await engine.writeDag('night', stepDag('night', tasks, [rule]));
  await engine.startWorker();
  const runId = await trigger(engine, 'night');
  await pool.query(
    `update stockflow.task_instance set deadline_at = '2026-01-31 05:00Z' where task_id = 'slow'`,
  );
  await pool.query(
    `update stockflow.task_instance set deadline_at = '2026-01-31 04:00Z' where task_id = 'slower'`,
  );
  await until('both kinds to be told', async () => (await told(pool, 'night')).length >= 2);
  held.open();
  await engine.ended(runId);
  const all = await told(pool, 'night');
  assert.deepEqual(kindsOf(all).toSorted(), ['deadline_missed', 'recovered', 'warning']);
  const sentence = (kind: string) => all.find((row) => row.kind === kind)?.sentence.replace(/^.*?\)/, '');
  assert.equal(sentence('warning'), ': warns warns: no rows came');
  assert.equal(sentence('deadline_missed'), ': slower and 1 more were not finished by 2026-01-31 04:00 UTC');
  assert.equal(sentence('recovered'), ' succeeded; told before: deadline missed');
  const { rows } = await pool.query(
    `select facts -> 'remedy' as remedy, facts ->> 'errorText' as text from stockflow.alert where kind = 'warning'`,
  );
  assert.deepEqual(rows, [
    { remedy: { command: { label: 'list them', name: 'changes' } }, text: 'no rows came' },
  ]);
});

test('a run that fails because a person marks or cancels a task is told with his name', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('load', () => held.opened.then(() => null));
  await engine.writeDag(
    'night',
    stepDag('night', ['task_id: load'], ['alerts: [{to: [chat]}]', 'max_active_runs: 2']),
  );
  await engine.startWorker();
  const [marked, cancelled] = [await trigger(engine, 'night'), await trigger(engine, 'night')];
  await until('the tasks to begin', async () => step.startsOf('load') === 2);
  const versions = new DagVersions(pool, ['desk']);
  const mark = { taskId: 'load', state: 'failed', by: BY, reason: 'the file is wrong', versions } as const;
  await markTask(pool, marked, mark);
  await cancelTask(pool, cancelled, { taskId: 'load', by: BY, reason: null, versions });
  assert.deepEqual(
    (await told(pool, 'night')).map(({ channels }) => channels),
    ['chat,desk', 'chat,desk'],
  );
  const { rows } = await pool.query(
    `select kind, facts ->> 'actor' as actor, facts ->> 'errorText' as text from stockflow.alert order by alert_id`,
  );
  const byOperator = { kind: 'failed', actor: 'operator' };
  assert.deepEqual(rows, [
    { ...byOperator, text: 'the file is wrong' },
    { ...byOperator, text: 'it was cancelled' },
  ]);
  held.open();
});
