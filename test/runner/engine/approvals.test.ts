/** A task that waits for a person, from the question to the answer in the audit views. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { answerApproval } from '../../../runner/engine/operator/approve.ts';
import { clearTasks, OperatorError } from '../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { openApprovals } from '../../../runner/store/task/approval.ts';
import approval from '../../../tasks/approval.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

const work = steps();
const engine = await testEngine({ after }, [work.type, approval]);
const { pool } = engine;
await engine.startWorker();

const by = (actor: string) => ({ actor, channel: 'cli' }) as const;

async function writeSignOff(dagId: string, params: string): Promise<void> {
  const problems = await engine.writeDag(
    dagId,
    `dag_id: ${dagId}\ntimezone: UTC\nschedule: null\ntasks:\n` +
      `  - {task_id: sign_off, type: approval, with: {question: "Publish 900 rows", ${params}}}\n` +
      `  - {task_id: publish, type: step, depends_on: [sign_off]}\n`,
  );
  assert.deepEqual(problems, []);
}

async function triggered(dagId: string, actor = 'operator'): Promise<number> {
  const given = { dagId, date: null, params: {}, timeEdges: 'keep', reason: null } as const;
  return (await triggerRun(pool, { ...given, by: by(actor) })).runId;
}

const asking = (runId: number) =>
  until(`run ${runId} to ask`, async () => {
    const open = await openApprovals(pool, runId);
    return open.length > 0 ? open : null;
  });

const answer = (runId: number, actor: string, decision: 'approved' | 'rejected' = 'approved') =>
  answerApproval(pool, runId, { taskId: 'sign_off', decision, by: by(actor), reason: 'counted again' });

test('a task asks without holding a slot; who asked for the run is refused, a second person is not, and both are audited', async () => {
  await writeSignOff('second', 'not_requester: true');
  const runId = await triggered('second');
  const [asked] = await asking(runId);
  assert.deepEqual(asked?.requesters, ['operator']);
  const { rows: running } = await pool.query(
    `select from stockflow.task_instance where run_id = $1 and worker_id is not null and state = 'running'`,
    [runId],
  );
  assert.equal(running.length, 0);

  await assert.rejects(answer(runId, 'operator'), (error: unknown) => {
    assert.ok(error instanceof OperatorError && error.kind === 'refused');
    assert.match(error.message, /operator asked for it, so that a second person has to answer/);
    return true;
  });
  await answer(runId, 'night_shift');
  const { run, states, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.deepEqual(states, { sign_off: 'success', publish: 'success' });
  const output = tasks.find(({ taskId }) => taskId === 'sign_off')?.output;
  assert.deepEqual(
    { ...output, at: null },
    { approved_by: 'night_shift', at: null, reason: 'counted again' },
  );
  // The whole wait was one attempt with two looks.
  const { rows } = await pool.query(
    `select a.attempt_number, a.looks from audit.attempt a where a.run_id = $1 and a.task_id = 'sign_off'`,
    [runId],
  );
  assert.deepEqual(rows, [{ attempt_number: 1, looks: 2 }]);

  const { rows: audited } = await pool.query(
    `select task_id, question, requesters, not_requester, decision, decided_by, reason from audit.approval where run_id = $1`,
    [runId],
  );
  assert.deepEqual(audited, [
    {
      task_id: 'sign_off',
      question: 'Publish 900 rows',
      requesters: ['operator'],
      not_requester: true,
      decision: 'approved',
      decided_by: 'night_shift',
      reason: 'counted again',
    },
  ]);
  const { rows: events } = await pool.query(
    `select actor, action, reason from audit.event where run_id = $1 and action in ('task.approval_asked', 'task.approved', 'task.answer_refused') order by event_id`,
    [runId],
  );
  assert.equal(events[0]?.action, 'task.approval_asked');
  assert.deepEqual(events.slice(1), [
    {
      actor: 'operator',
      action: 'task.answer_refused',
      reason: 'operator asked for it, so that a second person has to answer',
    },
    { actor: 'night_shift', action: 'task.approved', reason: 'counted again' },
  ]);
});

test('a rejection fails the task with the person and the reason; cleared, it asks anew, and who cleared it counts as a requester', async () => {
  await writeSignOff('rejected', 'not_requester: true');
  const runId = await triggered('rejected');
  await asking(runId);
  await answer(runId, 'night_shift', 'rejected');
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'failed');
  const signOff = tasks.find(({ taskId }) => taskId === 'sign_off');
  assert.equal(signOff?.errorText, 'rejected by night_shift: counted again');
  await assert.rejects(answer(runId, 'stock_lead'), /asks for no approval/);

  const clearing = { taskId: null, onlyFailed: true, downstream: false, reason: null };
  await clearTasks(pool, runId, { ...clearing, by: by('night_shift') });
  const [again] = await asking(runId);
  assert.deepEqual(again?.requesters, ['night_shift', 'operator']);
  await assert.rejects(answer(runId, 'night_shift'), /night_shift asked for it/);
  await answer(runId, 'stock_lead');
  assert.equal((await engine.ended(runId)).run.state, 'success');
});

test('nobody but the named approvers may answer', async () => {
  await writeSignOff('named', 'approvers: [stock_lead]');
  const runId = await triggered('named');
  await asking(runId);
  await assert.rejects(answer(runId, 'night_shift'), /none of those who may answer: stock_lead/);
  await answer(runId, 'stock_lead');
  assert.equal((await engine.ended(runId)).run.state, 'success');
});

test('a question that nobody answers in time fails the task with its question, and no late answer counts', async () => {
  await writeSignOff('expired', 'timeout: 1s');
  const runId = await triggered('expired');
  const { tasks } = await engine.ended(runId);
  const signOff = tasks.find(({ taskId }) => taskId === 'sign_off');
  assert.match(signOff?.errorText ?? '', /^nobody answered by \S+Z: Publish 900 rows$/);
  await assert.rejects(answer(runId, 'night_shift'), /asks for no approval/);
  const { rows } = await pool.query('select decision from audit.approval where run_id = $1', [runId]);
  assert.deepEqual(rows, [{ decision: null }]);
});

test('an answer outlives a retry of the task that asked, and another question is asked on its own', async () => {
  let looks = 0;
  work.on('careful', async (context) => {
    const one = await context.approval({ question: 'Is the first figure right?', timeoutMs: 60_000 });
    const two = await context.approval({ question: 'Is the second figure right?', timeoutMs: 60_000 });
    looks += 1;
    if (looks === 1) throw new Error('the network went away');
    return { one: one.by, two: two.by };
  });
  await engine.writeDag('careful', stepDag('careful', ['task_id: careful, retries: 1, retry_delay: 1s']));
  const runId = await triggered('careful');
  const answerCareful = (actor: string) =>
    answerApproval(pool, runId, { taskId: 'careful', decision: 'approved', by: by(actor), reason: null });
  const [first] = await asking(runId);
  assert.equal(first?.question, 'Is the first figure right?');
  await answerCareful('night_shift');
  const [second] = await until('the second question', async () => {
    const open = await openApprovals(pool, runId);
    return open[0]?.question === 'Is the second figure right?' ? open : null;
  });
  assert.equal(second?.taskId, 'careful');
  await answerCareful('stock_lead');
  const { tasks } = await engine.ended(runId);
  assert.deepEqual(tasks[0]?.output, { one: 'night_shift', two: 'stock_lead' });
  assert.equal(tasks[0]?.attemptNumber, 2);
});
