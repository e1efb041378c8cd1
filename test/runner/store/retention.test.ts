import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prune } from '../../../runner/store/schema/retention.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

const DAY_MS = 86_400_000;

test('retention deletes what is old, keeps the newest good run, and never touches events', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  step.on('only', async ({ log, files }) => {
    log.info('a line');
    await files.publish('artifact:a.txt', 'content');
  });
  await engine.writeDag('kept', stepDag('kept', ['task_id: only']));
  await engine.startWorker();
  const runIds: number[] = [];
  for (let run = 0; run < 3; run += 1) runIds.push((await engine.run('kept')).run.runId);
  const age = (runId: number | undefined, days: number) =>
    pool.query(
      `with aged as (update stockflow.dag_run set finished_at = finished_at - $2 * interval '1 day',
                            started_at = started_at - $2 * interval '1 day' where run_id = $1)
       update stockflow.task_log l set at = at - $2 * interval '1 day'
         from stockflow.task_instance t where t.task_instance_id = l.task_instance_id and t.run_id = $1`,
      [runId, days],
    );
  for (const runId of runIds) await age(runId, 100);
  await age(runIds[2], -95);
  const count = async (table: string) => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from stockflow.${table}`,
    );
    return rows[0]?.count;
  };
  // Of an old run, of the newest, and of an old instant without a run.
  for (const [runId, days] of [
    [runIds[0], 100],
    [runIds[2], 5],
    [null, 100],
    [null, 0],
  ] as const) {
    await pool.query(
      `with told as (
         insert into stockflow.alert (dag_id, run_id, scheduled_for, kind, dedup_key, incident, at, sentence, facts)
         values ('kept', $1, now(), 'failed', $3, 'kept', now() - $2 * interval '1 day', 'it failed', '{}')
         returning alert_id
       )
       insert into stockflow.alert_delivery (alert_id, channel, next_attempt_at) select alert_id, 'chat', now() from told`,
      [runId, days, `${runId} ${days}`],
    );
  }
  const events = await count('event');
  assert.deepEqual([await count('task_log'), await count('artifact'), await count('file')], [3, 3, 3]);

  assert.deepEqual(await prune(pool, { logsMs: 30 * DAY_MS, artifactsMs: null, historyMs: null }), {
    logLines: 2,
    artifacts: 0,
    runs: 0,
    alerts: 0,
  });
  assert.deepEqual(await prune(pool, { logsMs: null, artifactsMs: 30 * DAY_MS, historyMs: null }), {
    logLines: 0,
    artifacts: 2,
    runs: 0,
    alerts: 0,
  });
  assert.deepEqual(await prune(pool, { logsMs: null, artifactsMs: null, historyMs: DAY_MS }), {
    logLines: 0,
    artifacts: 0,
    runs: 2,
    alerts: 1,
  });
  const { rows } = await pool.query<{ run_id: number }>('select run_id from stockflow.dag_run');
  assert.deepEqual(rows, [{ run_id: runIds[2] }]);
  assert.equal(await count('event'), events);
  assert.equal(await count('artifact_chunk'), 1);
  assert.deepEqual([await count('alert'), await count('alert_delivery')], [2, 2]);
});
