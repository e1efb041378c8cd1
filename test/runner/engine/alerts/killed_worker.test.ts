import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { FIXTURE_TASKS, startWorkerProcess } from '../../../support/engine/processes.ts';
import { stepDag } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'test', channel: 'cli' } as const;

/** Fails a run in a worker that dies at a failpoint, and returns what the next worker was asked to send. */
async function failAndDie(t: TestContext, point: string): Promise<{ alerts: number; sent: string[] }> {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool } = engine;
  // The table that the task writes to is missing, so it fails.
  const yaml = stepDag('night', ['task_id: load'], ['alerts: [{to: [chat, pager]}]']);
  await engine.writeDag('night', yaml.replace('type: step', 'type: effect'));
  process.env.STOCKFLOW_FAIL_AT = `${point}:1`;
  const victim = startWorkerProcess(t, { url: engine.url, leaseMs: 2_000 });
  delete process.env.STOCKFLOW_FAIL_AT;
  const { ended } = await victim;
  const { runId } = await triggerRun(pool, {
    ...{ dagId: 'night', date: null, params: {}, timeEdges: 'keep', by, reason: null },
  });
  assert.equal(await ended, 'SIGKILL', point);
  const sent: string[] = [];
  const sendDue = async (channel: string) => {
    const { rowCount } = await pool.query(
      `update stockflow.alert_delivery set state = 'sent', sent_at = now(), next_attempt_at = null
        where channel = $1 and state = 'pending' and next_attempt_at <= now()`,
      [channel],
    );
    sent.push(...Array.from({ length: rowCount ?? 0 }, () => channel));
  };
  await engine.startWorker({ alertSender: { sendDue } });
  await engine.ended(runId);
  await until('both channels to be told', async () => sent.length >= 2);
  const { rows } = await pool.query<{ alerts: number }>(
    'select count(*)::integer as alerts from stockflow.alert',
  );
  return { alerts: rows[0]?.alerts ?? 0, sent: sent.toSorted() };
}

test('a failure is told once to each channel, wherever the worker dies that writes it', async (t) => {
  const points = ['alert.inserted', 'alert.jobs_added', 'finish.before_commit', 'finish.committed'];
  const results = await Promise.all(points.map((point) => failAndDie(t, point)));
  for (const [index, result] of results.entries())
    assert.deepEqual(
      { point: points[index], ...result },
      { point: points[index], alerts: 1, sent: ['chat', 'pager'] },
    );
});

test('a delivery whose job is lost is sent all the same, and jobs do not pile up where no worker sends', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool } = engine;
  await engine.writeDag(
    'night',
    stepDag('night', ['task_id: load'], ['alerts: [{to: [chat]}]']).replace('type: step', 'type: effect'),
  );
  await engine.startWorker();
  await pool.query(`
    create function lose_job() returns trigger language plpgsql as $$
    begin
      return case when new.key like 'alert:chat:%' and new.run_at > now() then null else new end;
    end $$;
    create trigger lose_job before insert on graphile_worker._private_jobs for each row execute function lose_job()`);
  await engine.run('night');
  await pool.query(`update stockflow.alert_delivery set next_attempt_at = now() - interval '1 minute'`);
  await pool.query('drop trigger lose_job on graphile_worker._private_jobs');
  const waiting = async () => {
    const { rows } = await pool.query<{ key: string; revision: number }>(
      `select key, revision from graphile_worker._private_jobs where key like 'alert:%'`,
    );
    return rows;
  };
  await until('it to be restored twice', async () => ((await waiting())[0]?.revision ?? 0) >= 1);
  assert.deepEqual(
    (await waiting()).map(({ key }) => key),
    ['alert:chat'],
  );
  const sent: string[] = [];
  await engine.startWorker({ alertSender: { sendDue: async (channel) => void sent.push(channel) } });
  await until('the channel to be told', async () => sent.includes('chat'));
});
