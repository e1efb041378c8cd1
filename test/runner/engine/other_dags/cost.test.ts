import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testEngine } from '../../../support/engine/engine.ts';
import { settlingTransactions } from '../../../support/engine/settling.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

test('a hop costs the same statements where DAGs wait for others as where none does; a wake-up adds two', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const worker = await engine.startWorker({ concurrency: 1 });
  const settling = settlingTransactions(worker.engine.pool);
  const chain = ['task_id: a', 'task_id: b, depends_on: [a]', 'task_id: c, depends_on: [b]'];
  await engine.writeDag('source', stepDag('source', chain));
  const statementsOfSource = async () => {
    settling.length = 0;
    const { run } = await engine.run('source');
    return { run, statements: settling.map((names) => [...names]) };
  };
  // The first run of a worker reads the versions.
  await statementsOfSource();
  const { statements: alone } = await statementsOfSource();
  await engine.writeDag(
    'waiting',
    stepDag('waiting', ['task_id: report, depends_on: [{dag: source, task: b}]']),
  );
  const { run: early } = await engine.run('waiting');
  assert.equal(early.state, 'success', 'the run by hand of the same date');
  assert.deepEqual((await statementsOfSource()).statements, alone);

  // One that waits for a date without a run.
  const { rows } = await pool.query<{ id: number }>(
    `insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at)
     select dag_id, current_version_id, 'manual', 'running', '2026-03-10T00:00Z', '2026-03-10', 'operator', now()
       from stockflow.dag where dag_id = 'waiting' returning run_id as id`,
  );
  await pool.query(
    `insert into stockflow.task_instance (run_id, task_id, state, wake_at, wake_reason, awaits)
     values ($1, 'report', 'deferred', now() + interval '1 hour', 'dag_edge', '[{"dag": "source", "task": "b", "date": "2026-03-10"}]')`,
    [rows[0]?.id],
  );
  const { statements: awaited } = await statementsOfSource();
  const added = awaited.map((names, index) => names.length - (alone[index]?.length ?? 0));
  assert.equal(added[0], 1, 'a asks who waits for it, and nobody does');
  assert.equal(added[1], 3, 'b asks, and has the waiting DAG planned');
  await until('the wake-up to be used', async () => {
    const jobs = await pool.query(`select from graphile_worker._private_jobs where key = 'schedule:waiting'`);
    return jobs.rowCount === 0 ? true : null;
  });
});
