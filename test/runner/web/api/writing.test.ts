import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { listBackfills } from '../../../../runner/store/backfill/report.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { openApprovals } from '../../../../runner/store/task/approval.ts';
import { gate } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { describedApi } from './document.ts';
import { REFUSED } from './refused.ts';
import { type Answer, type Asking, apiWorld } from './world.ts';

const world = await apiWorld({ after });
const api = await describedApi(world);
const { pool } = world.engine;
const called = new Set<string>();

interface Written {
  readonly [key: string]: unknown;
}

/** Posts, and holds the answer against the document. */
async function write(operationId: string, target: string, asking: Asking, status: number): Promise<Written> {
  called.add(operationId);
  const answer = await world.post(`/api/v1${target}`, asking);
  assert.equal(answer.status, status, `${target}: ${answer.text}`);
  const type = answer.headers.get('content-type') ?? '';
  assert.deepEqual(api.problemsOf(operationId, { status, type, json: answer.json }), [], answer.text);
  return answer.json as Written;
}

function problemOf(answer: Answer, status: number): Written {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  return answer.json as Written;
}

async function newestEvent(action: string) {
  const { rows } = await pool.query(
    'select actor, channel, reason, dag_id, run_id::integer, task_id from stockflow.event where action = $1 order by event_id desc limit 1',
    [action],
  );
  return rows[0];
}

test('an operator triggers a run with a date, params and a reason, which the history has with the person and the channel', async () => {
  const answer = await world.post('/api/v1/dags/nightly/runs', {
    body: { date: '2026-02-03', params: { store: 8 }, time_edges: 'collapse', reason: 'recount' },
  });
  const type = answer.headers.get('content-type') ?? '';
  assert.deepEqual(api.problemsOf('triggerRun', { status: answer.status, type, json: answer.json }), []);
  called.add('triggerRun');
  assert.equal(answer.status, 201);
  const run = answer.json as Written;
  assert.deepEqual(
    [run.business_date, run.scheduled_for, run.params, run.time_edges, run.actor, run.reason],
    ['2026-02-03', '2026-02-03T06:00:00Z', { store: 8 }, 'collapse', 'night_shift', 'recount'],
  );
  assert.equal(answer.headers.get('location'), `/api/v1/runs/${run.run_id}`);
  assert.deepEqual(await newestEvent('run.created'), {
    actor: 'night_shift',
    channel: 'web',
    reason: 'recount',
    dag_id: 'nightly',
    run_id: run.run_id,
    task_id: null,
  });
  assert.equal((await world.engine.ended(Number(run.run_id))).run.state, 'success');
});

test('a DAG is paused and resumed', async () => {
  const paused = await write('pauseDag', '/dags/nightly/pause', { body: { reason: 'audit' } }, 200);
  assert.deepEqual(paused, { dag_id: 'nightly', paused: true, changed: true, next: null });
  assert.equal((await write('pauseDag', '/dags/nightly/pause', {}, 200)).changed, false);
  const resumed = await write('resumeDag', '/dags/nightly/resume', {}, 200);
  assert.equal(resumed.changed, true);
  assert.match(String(resumed.next), /T0[56]:00:00Z$/);
});

test('tasks are marked, cleared and cancelled, and a run is cancelled', async () => {
  const { failedRun, waitingRun, queuedRun } = world.seeded;
  const marked = await write(
    'markTask',
    `/runs/${failedRun}/tasks/load/mark`,
    { body: { state: 'skipped', reason: 'loaded by hand' } },
    200,
  );
  assert.deepEqual(marked.changed, [{ task_id: 'load', map_index: null, before: 'failed' }]);
  await world.engine.ended(failedRun);
  const cleared = await write(
    'clearTasks',
    `/runs/${failedRun}/clear`,
    { body: { task: 'load', params: { store: '8' }, reason: 'with the other store' } },
    200,
  );
  assert.deepEqual(cleared.changed, [{ task_id: 'load', map_index: null, before: 'skipped' }]);
  const again = await world.engine.ended(failedRun);
  assert.deepEqual([again.run.state, again.states.load], ['success', 'success']);
  const cancelled = await write('cancelTask', `/runs/${waitingRun}/tasks/behind/cancel`, { body: {} }, 200);
  assert.deepEqual(cancelled.changed, [{ task_id: 'behind', map_index: null, before: 'queued' }]);
  const ended = await write('cancelRun', `/runs/${queuedRun}/cancel`, { body: { reason: null } }, 200);
  assert.equal((ended.run as Written).state, 'cancelled');
});

test('what a task asks stands in the status, and is answered with a reason by those who may', async () => {
  const { engine, step } = world;
  step.on('publish', async ({ approval }) => {
    const given = { question: 'Publish 900 rows', approvers: ['night_shift'], timeoutMs: 60_000 };
    return { by: (await approval(given)).by };
  });
  await engine.writeDag(
    'asking',
    'dag_id: asking\ntimezone: UTC\nschedule: null\ntasks: [{task_id: publish, type: step}]\n',
  );
  const { runId } = await triggerRun(pool, {
    ...({ dagId: 'asking', date: null, params: {}, timeEdges: 'keep', reason: null } as const),
    by: { actor: 'operator', channel: 'cli' },
  });
  await until('the question', async () => (await openApprovals(pool, runId)).length > 0);
  const status = (await world.get('/api/v1/status')).json as { readonly dags: readonly Written[] };
  const [asked] = status.dags.flatMap(({ approvals }) => approvals as readonly Written[]);
  assert.deepEqual(
    [asked?.question, asked?.approvers, asked?.requesters],
    ['Publish 900 rows', ['night_shift'], ['operator']],
  );
  const target = `/runs/${runId}/tasks/publish/approval`;
  const answered = await write(
    'answerApproval',
    target,
    { body: { decision: 'approved', reason: 'right' } },
    200,
  );
  assert.deepEqual(answered.changed, [{ task_id: 'publish', map_index: null, before: 'deferred' }]);
  const { tasks } = await engine.ended(runId);
  assert.deepEqual(tasks[0]?.output, { by: 'night_shift' });
});

test('a backfill is planned without being made, made, cancelled, and its failed dates are retried', async () => {
  const { backfill } = world.seeded;
  const range = { dag: 'nightly', from: '2026-01-02', to: '2026-01-04', reprocess: 'failed' };
  const plan = await write('createBackfill', '/backfills', { body: { ...range, dry_run: true } }, 200);
  assert.deepEqual(
    (plan.dates as Written[]).map(({ business_date, decision }) => [business_date, decision]),
    [
      ['2026-01-02', 'rerun'],
      ['2026-01-03', 'rerun'],
      ['2026-01-04', 'create'],
    ],
  );
  assert.equal((await listBackfills(pool, { dagId: null, limit: 9 })).length, 1);
  const held = gate();
  world.step.on('load', async () => {
    await held.opened;
    return null;
  });
  const retried = await write('retryBackfill', `/backfills/${backfill}/retry-failed`, {}, 200);
  assert.deepEqual(retried.retried, ['2026-01-02', '2026-01-03']);
  const cancelled = await write(
    'cancelBackfill',
    `/backfills/${backfill}/cancel`,
    { body: { reason: 'no' } },
    200,
  );
  assert.equal(cancelled.backfill_id, backfill);
  held.open();
  const made = await write(
    'createBackfill',
    '/backfills',
    { body: { ...range, from: '2026-01-05', to: '2026-01-05', reason: 'late files' } },
    201,
  );
  assert.equal((made.backfill as Written).reason, 'late files');
  const nothing = { dag: 'nightly', from: '2026-01-01', to: '2026-01-01', reprocess: 'none' };
  const { dates } = await write('createBackfill', '/backfills', { body: { ...nothing, dry_run: true } }, 200);
  assert.equal((dates as Written[]).length, 1);
});

test('a pool is sized', async () => {
  const sized = await write('setPool', '/pools/erp', { body: { slots: 3, reason: 'more room' } }, 200);
  assert.deepEqual(sized, { pool: 'erp', slots: 3, before: 1 });
  assert.equal((await newestEvent('pool.set')).channel, 'web');
});

test('every operation that writes was called here', () => {
  const writes = api.operations
    .filter(({ method }) => method === 'post')
    .map(({ operationId }) => operationId);
  assert.deepEqual([...called].sort(), writes.toSorted());
});

test('the same request with the same key, sent ten times at once, makes one run', async () => {
  const asking = { body: { params: { store: 8 } }, headers: { 'idempotency-key': 'night-1' } };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => world.post('/api/v1/dags/nightly/runs', asking)),
  );
  const ids = answers.map(({ status, json }) => [status, (json as Written).run_id]);
  assert.deepEqual(new Set(ids.map(String)).size, 1, JSON.stringify(ids));
  const reordered = { ...asking, rawBody: '{"reason":null,"params":{"store":8}}' };
  const repeated = await world.post('/api/v1/dags/nightly/runs', reordered);
  assert.equal((repeated.json as Written).run_id, ids[0]?.[1]);
  const other = await world.post('/api/v1/dags/nightly/runs', { ...asking, body: { params: { store: 9 } } });
  assert.match(String(problemOf(other, 422).detail), /night-1 was sent before with another request/);
  const count = (await listRuns(pool, { dagId: 'nightly', limit: 500 })).length;
  await world.post('/api/v1/dags/nightly/runs', { ...asking, headers: { 'idempotency-key': 'night-2' } });
  assert.equal((await listRuns(pool, { dagId: 'nightly', limit: 500 })).length, count + 1);
});

test('a repeated backfill request gets the backfill of the first', async () => {
  const body = { dag: 'edited', from: '2026-01-02', to: '2026-01-02' };
  const asking = { body, headers: { 'idempotency-key': 'fill-1' } };
  const first = await world.post('/api/v1/backfills', asking);
  const second = await world.post('/api/v1/backfills', asking);
  assert.deepEqual([first.status, second.status], [201, 201]);
  const idOf = ({ json }: Answer) => ((json as Written).backfill as Written).backfill_id;
  assert.equal(idOf(second), idOf(first));
  assert.equal((await listBackfills(pool, { dagId: 'edited', limit: 9 })).length, 1);
});

test('a viewer changes nothing: 403 with the role that it takes', async () => {
  const writes = api.operations.filter(({ method }) => method === 'post');
  for (const { path: template, operationId } of writes) {
    const target = template.replaceAll(/\{\w+\}/g, '1');
    const answer = await world.post(target, { role: 'viewer', body: {} });
    const { detail, ...problem } = problemOf(answer, 403);
    assert.match(String(detail), /night_shift may look only.*takes operator/, operationId);
    assert.deepEqual(problem, {
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      instance: 'request-1',
    });
  }
});

test('what cannot be done is a problem that names the fault, as the document describes it', async () => {
  const writes = new Set(
    api.operations.filter(({ method }) => method === 'post').map(({ operationId }) => operationId),
  );
  for (const [operationId, target, asking, status, said] of REFUSED) {
    const ask = writes.has(operationId) ? world.post : world.get;
    const answer = await ask(`/api/v1${target}`, asking);
    const problem = problemOf(answer, status);
    for (const [key, value] of Object.entries(said))
      assert.deepEqual(problem[key], value, `${target} ${key}`);
    const type = answer.headers.get('content-type') ?? '';
    assert.deepEqual(api.problemsOf(operationId, { status, type, json: problem }), [], answer.text);
  }
});

test('an invalid DAG is refused with every problem of its file, by line and key', async () => {
  const { problems } = problemOf(await world.post('/api/v1/dags/broken/runs', { body: {} }), 409);
  const [problem] = problems as Written[];
  assert.deepEqual([problem?.line, problem?.key], [4, 'tasks[0].type']);
  assert.match(String(problem?.message), /stepp/);
});

test('a path that is not there is a problem too, and says where the list is', async () => {
  const { detail } = problemOf(await world.get('/api/v1/rums'), 404);
  assert.equal(detail, 'there is nothing at GET /api/v1/rums; /api/v1/openapi.json lists what there is');
});

test('an edit of the file counts at once for a run that is triggered', async () => {
  const file = path.join(world.engine.dagsDir, 'later.yaml');
  await writeFile(file, 'dag_id: later\ntimezone: UTC\nschedule: null\ntasks: [{task_id: a, type: step}]\n');
  const run = await write('triggerRun', '/dags/later/runs', {}, 201);
  assert.equal(run.dag_id, 'later');
});
