import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { claimFromQueue, claimOfRun } from '../../../runner/store/queue/claim_next.ts';
import { addScheduleJob, addWorkJobs } from '../../../runner/store/queue/job.ts';
import type { ClaimedTask } from '../../../runner/store/task/instance.ts';
import { type TestEngine, testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';

const WORKER = 7;
/** Each test has runs of its own; those of the ones before are not ended. */
const MANY = ['max_active_runs: 100'];
let engine: TestEngine;
const cleanUps: (() => Promise<void>)[] = [];

before(async () => {
  engine = await testEngine({ after: (cleanUp) => cleanUps.push(cleanUp) }, [steps().type]);
  await engine.writeDag('plain', stepDag('plain', ['task_id: a', 'task_id: b'], MANY));
  await engine.writeDag(
    'urgent',
    stepDag('urgent', ['task_id: a, priority: 3', 'task_id: b, priority: 9'], MANY),
  );
  await engine.writeDag('pooled', stepDag('pooled', ['task_id: a, pool: narrow']));
  await engine.writeDag(
    'extreme',
    stepDag('extreme', ['task_id: last, priority: -2147483648', 'task_id: first, priority: 2147483647']),
  );
});

after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

async function emptyQueue(): Promise<void> {
  await engine.pool.query('delete from graphile_worker._private_jobs');
}

async function trigger(dagId: string): Promise<number> {
  const { runId } = await triggerRun(engine.pool, {
    ...{ dagId, date: null, params: {}, timeEdges: 'keep', reason: null },
    by: { actor: 'test', channel: 'cli' },
  });
  return runId;
}

async function waitingKeys(): Promise<readonly string[]> {
  const { rows } = await engine.pool.query<{ key: string }>(
    'select key from graphile_worker._private_jobs order by id',
  );
  return rows.map(({ key }) => key);
}

const named = ({ dagId, taskId }: ClaimedTask) => `${dagId}.${taskId}`;

test('jobs are taken in the order of the queue, whatever run they are of, and leave it with their claim', async () => {
  await emptyQueue();
  await trigger('plain');
  await trigger('urgent');
  const claimed = await claimFromQueue(engine.pool, { workerId: WORKER, atMost: 3 });
  assert.deepEqual(claimed.map(named).toSorted(), ['plain.a', 'urgent.a', 'urgent.b']);
  assert.equal((await waitingKeys()).length, 1);
  const { rows } = await engine.pool.query(
    `select count(*)::integer as running from stockflow.task_instance t
       join stockflow.task_attempt a using (task_instance_id, attempt_number)
      where t.state = 'running' and t.worker_id = $1 and a.state = 'running'`,
    [WORKER],
  );
  assert.deepEqual(rows, [{ running: 3 }]);
});

test('every priority that a file may give fits the queue, and a due DAG is planned before any of them', async () => {
  await emptyQueue();
  await trigger('extreme');
  await addScheduleJob(engine.pool, 'plain', Temporal.Now.instant().subtract({ seconds: 5 }));
  const { rows } = await engine.pool.query<{ priority: number }>(
    'select priority from graphile_worker._private_jobs order by priority',
  );
  assert.deepEqual(
    rows.map(({ priority }) => priority),
    [-32768, -32767, 32767],
  );
});

test('what is no task of the default pool is left in the queue', async () => {
  await emptyQueue();
  const runId = await trigger('plain');
  const { rows } = await engine.pool.query<{ id: number }>(
    `select task_instance_id as id from stockflow.task_instance where run_id = $1 and task_id = 'a'`,
    [runId],
  );
  const [a] = rows;
  assert.ok(a !== undefined);
  await emptyQueue();
  await trigger('pooled');
  const stale = { taskInstanceId: a.id, token: 99, runAt: null, priority: 0 };
  const later = { ...stale, token: 1, runAt: Temporal.Now.instant().add({ hours: 1 }) };
  await addWorkJobs(engine.pool, [stale, later]);
  await addScheduleJob(engine.pool, 'plain', Temporal.Now.instant().subtract({ seconds: 5 }));
  await engine.pool.query(
    `select graphile_worker.add_job('stockflow.work', '{"id": "x"}', job_key := key)
       from unnest(array['task:1', 'task:x:1', 'task:99999999999999999999:1', 'other']) as key`,
  );
  const before = await waitingKeys();
  assert.deepEqual(await claimFromQueue(engine.pool, { workerId: WORKER, atMost: 20 }), []);
  assert.deepEqual(await waitingKeys(), before);
});

test('a job or an instance that somebody holds is not waited for', async () => {
  await emptyQueue();
  await trigger('plain');
  const other = await engine.pool.connect();
  try {
    await other.query('begin');
    await other.query(
      `select from stockflow.task_instance where task_id = 'a' and state = 'queued' for no key update`,
    );
    await other.query(
      `select from graphile_worker._private_jobs where key like 'task:%' order by id desc limit 1 for update`,
    );
    assert.deepEqual(await claimFromQueue(engine.pool, { workerId: WORKER, atMost: 5 }), []);
  } finally {
    await other.query('rollback');
    other.release();
  }
  assert.equal((await claimFromQueue(engine.pool, { workerId: WORKER, atMost: 5 })).length, 2);
});

test('of a run the queued tasks of the named ids are claimed, the highest priority first', async () => {
  const runId = await trigger('urgent');
  await emptyQueue();
  const room = { workerId: WORKER, atMost: 1 };
  const first = await claimOfRun(engine.pool, { runId, taskIds: ['a', 'b'] }, room);
  assert.deepEqual(first.map(named), ['urgent.b']);
  assert.deepEqual(await claimOfRun(engine.pool, { runId, taskIds: ['b'] }, room), []);
  const second = await claimOfRun(engine.pool, { runId, taskIds: ['a', 'b'] }, room);
  assert.deepEqual(second.map(named), ['urgent.a']);
});

test('a successor stands back while a job of higher priority waits, and for no other', async () => {
  const runId = await trigger('plain');
  await emptyQueue();
  await trigger('urgent');
  const room = { workerId: WORKER, atMost: 2 };
  assert.deepEqual(await claimOfRun(engine.pool, { runId, taskIds: ['a', 'b'] }, room), []);
  await emptyQueue();
  await trigger('plain');
  assert.equal((await claimOfRun(engine.pool, { runId, taskIds: ['a', 'b'] }, room)).length, 2);
});
