import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { DeferTask } from '../../../../runner/task.ts';
import { type TestEngine, testEngine } from '../../../support/engine/engine.ts';
import { createEffectTables, FIXTURE_TASKS } from '../../../support/engine/processes.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const RULE = 'alerts: [{on: [failed, deadline_missed, warning], to: [chat]}]';

async function trigger({ pool }: TestEngine, dagId: string): Promise<number> {
  const by = { actor: 'operator', channel: 'cli' } as const;
  const run = await triggerRun(pool, {
    ...{ dagId, date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  return run.runId;
}

async function told(pool: Pool): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await pool.query({
    text: `select kind, regexp_replace(sentence, '^.*?\\)', ''), cause, facts ->> 'taskId', facts ->> 'errorClass'
             from stockflow.alert order by alert_id`,
    rowMode: 'array',
  });
  return rows;
}

test('a run that its dagrun_timeout ends is told with that reason, not with a task that was stopped', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const held = gate();
  step.on('load', () => held.opened.then(() => null));
  await engine.writeDag('night', stepDag('night', ['task_id: load'], [RULE, 'dagrun_timeout: 1h']));
  await engine.startWorker();
  const runId = await trigger(engine, 'night');
  await until('the task to begin', async () => step.startsOf('load') === 1);
  await pool.query(`update stockflow.dag_run set timeout_at = now() - interval '1 s'`);
  await engine.ended(runId);
  assert.deepEqual(await told(pool), [
    ['failed', ' failed: it ran longer than its dagrun_timeout', null, null, null],
  ]);
  held.open();
});

test('a late task is told with what it waits for; one that waits for a dead server shares the cause of its failures', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  step.on('wait', () => {
    throw new DeferTask(Temporal.Now.instant().add({ hours: 1 }), 'reset.csv is not there');
  });
  step.on('load', async ({ connections }) => {
    await (await connections.postgres('oms')).query('select');
    return null;
  });
  await engine.writeDag('waits', stepDag('waits', ['task_id: wait, deadline: "23:59+9d"'], [RULE]));
  await engine.writeDag(
    'retries',
    stepDag(
      'retries',
      ['task_id: load, retries: 9, retry_delay: 1h, max_retry_delay: 1h, deadline: "23:59+9d"'],
      [RULE],
    ),
  );
  await engine.startWorker({ env: { STOCKFLOW_CONN_OMS: 'postgres://nobody@127.0.0.1:9/oms' } });
  for (const dagId of ['waits', 'retries']) await trigger(engine, dagId);
  await until('both to wait', async () => {
    const { rowCount } = await pool.query(
      `select from stockflow.task_instance where state in ('deferred', 'up_for_retry')`,
    );
    return rowCount === 2;
  });
  await pool.query(`update stockflow.task_instance set deadline_at = '2026-01-31 05:00Z'`);
  await until('both to be told', async () => (await told(pool)).length === 2);
  const all = (await told(pool)).toSorted();
  const late =
    ': load was not finished by 2026-01-31 05:00 UTC: cannot connect to the database oms at 127.0.0.1:9';
  assert.deepEqual(
    all.map(([kind, sentence, ...rest]) => [kind, String(sentence).slice(0, late.length), ...rest]),
    [
      ['deadline_missed', late, 'no answer from 127.0.0.1:9', 'load', 'DatabaseUnreachable'],
      [
        'deadline_missed',
        ': wait was not finished by 2026-01-31 05:00 UTC: reset.csv is not there',
        ...[null, 'wait', 'DeferTask'],
      ],
    ],
  );
});

test('a warning is told from a process of its own as well, and of a DAG that names none nobody is told', async (t) => {
  const taskTypes = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...taskTypes.byName.values()]);
  const { pool, url } = engine;
  await createEffectTables(pool);
  for (const [dagId, rule] of [
    ['told', RULE],
    ['quiet', 'alerts: [{to: [chat]}]'],
  ] as const) {
    const yaml = stepDag(dagId, ['task_id: load, with: {way: all}'], [rule]);
    await engine.writeDag(dagId, yaml.replace('type: step', 'type: isolated'));
  }
  await engine.startWorker({ taskTypes, env: { STOCKFLOW_CONN_EFFECTS: url } });
  const ended = await Promise.all(['told', 'quiet'].map((dagId) => engine.run(dagId)));
  assert.deepEqual(
    ended.map(({ run }) => run.state),
    ['success', 'success'],
  );
  assert.deepEqual(await told(pool), [['warning', ': load warns: Something was odd.', null, 'load', null]]);
});
