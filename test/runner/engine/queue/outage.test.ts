import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { Queue } from '../../../../runner/engine/queue/queue.ts';
import { addScheduleJob } from '../../../../runner/store/queue/job.ts';
import { missingWorkJobs } from '../../../../runner/store/queue/lease.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { startProxy } from '../../../support/tcp_proxy.ts';
import { until } from '../../../support/until.ts';

async function addJob(pool: Pool, dagId: string): Promise<void> {
  await addScheduleJob(pool, dagId, Temporal.Now.instant());
}

test('a job that ends while the database is unavailable ends neither the process nor the queue', async (t) => {
  const { url, pool } = await testDatabase(t, { migrations: ['queue'] });
  await using proxy = await startProxy({ target: { port: Number(new URL(url).port) } });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const seen: string[] = [];
  const queue = await Queue.start({
    databaseUrl: through.href,
    concurrency: 1,
    log: testLog,
    handlers: {
      work: async () => {},
      alert: null,
      heartbeat: async () => {},
      async schedule(dagId) {
        seen.push(dagId);
        if (dagId === 'during') proxy.cutAfterBytes({ direction: 'to_client', count: 0 });
      },
    },
  });
  // Before the proxy, without which it would wait for the database.
  await using _stop = { [Symbol.asyncDispose]: () => queue.stop() };
  await addJob(pool, 'during');
  await until('the job', async () => seen.includes('during'));
  await addJob(pool, 'after');
  proxy.heal();
  await until('the next job', async () => seen.includes('after'), 20_000);
  await until('both to be done', async () => {
    const { rowCount } = await pool.query('select from graphile_worker._private_jobs');
    return rowCount === 0;
  });
  assert.deepEqual(seen, ['during', 'after']);
});

test('a queue whose connections have gone dead without being closed works again', async (t) => {
  const { url, pool } = await testDatabase(t, { migrations: ['queue'] });
  await using proxy = await startProxy({ target: { port: Number(new URL(url).port) } });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const seen: string[] = [];
  const queue = await Queue.start({
    databaseUrl: through.href,
    concurrency: 1,
    log: testLog,
    handlers: {
      work: async () => {},
      alert: null,
      heartbeat: async () => {},
      schedule: async (dagId) => void seen.push(dagId),
    },
  });
  // Before the proxy, without which it would wait for the database.
  await using _stop = { [Symbol.asyncDispose]: () => queue.stop() };
  await addJob(pool, 'before');
  await until('the first job to be done', async () => {
    const { rowCount } = await pool.query('select from graphile_worker._private_jobs');
    return rowCount === 0 && seen.includes('before');
  });
  const { rows } = await pool.query<{ now: Temporal.Instant }>('select now() as now');
  proxy.stallAfterBytes({ direction: 'to_client', count: 0 });
  await until('a look for jobs that got no answer', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'stockflow queue'
         and query ilike '%for update%skip locked%' and state = 'idle' and query_start > $1`,
      [rows[0]?.now],
    );
    return rowCount !== 0 || null;
  });
  proxy.heal();
  await addJob(pool, 'after');
  await until('the next job', async () => seen.includes('after'), 25_000);
});

test('a queued task whose job was put off after failures gets a new job', async (t) => {
  const step = steps();
  const { pool, writeDag } = await testEngine(t, [step.type]);
  await writeDag('put_off', stepDag('put_off', ['task_id: only']));
  await triggerRun(pool, {
    ...{ dagId: 'put_off', date: null, params: {}, timeEdges: 'keep', reason: null },
    by: { actor: 'test', channel: 'cli' },
  });
  await pool.query(`update stockflow.task_instance set queued_at = now() - interval '6 s'`);
  assert.deepEqual(await missingWorkJobs(pool, 5_000), []);
  await pool.query(
    `update graphile_worker._private_jobs set run_at = now() + interval '1 hour', attempts = 9`,
  );
  assert.equal((await missingWorkJobs(pool, 5_000)).length, 1);
});
