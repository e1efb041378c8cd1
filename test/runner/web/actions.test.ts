import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { listEvents } from '../../../runner/store/event/listing.ts';
import { findRun } from '../../../runner/store/run/dag_run.ts';
import { openApprovals } from '../../../runner/store/task/approval.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { FailTask } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';
import { actingSite, PERSON } from './acting_site.ts';

const held = gate();

const step = steps();
step.on('filter', ({ params }) => {
  if (params.override === '') {
    throw new FailTask('the file is too small', {
      remedy: {
        artifact: { label: 'see the rows', name: 'rejects.csv' },
        clear: {
          label: 'override the guard',
          scope: 'downstream',
          params: { override: null, force: 'true' },
        },
      },
    });
  }
});
step.on('hold', async ({ signal }) => {
  await Promise.race([held.opened, new Promise((_, stop) => signal.addEventListener('abort', stop))]);
});
const engine = await testEngine({ after }, [step.type]);
await engine.writeDag(
  'night',
  stepDag(
    'night',
    [
      'task_id: first',
      'task_id: filter, depends_on: [first], retries: 0, with: {override: "${{ params.override }}"}',
      'task_id: reset, depends_on: [filter]',
    ],
    [
      'schedule: "0 1 * * *"',
      'catchup: none',
      'max_active_runs: 10',
      'params: {override: {type: string, default: "", description: "Why the guard is skipped"}, force: {type: boolean, default: false}, store: {type: integer, default: 12}}',
    ],
  ),
);
await engine.writeDag('long', stepDag('long', ['task_id: hold', 'task_id: after, depends_on: [hold]']));
step.on('publish', async ({ approval }) => {
  const { decision, by } = await approval({
    question: 'Publish 900 <rows>',
    notRequester: true,
    timeoutMs: 60_000,
  });
  if (decision !== 'approved') throw new FailTask(`${decision} by ${by}`);
});
await engine.writeDag('asking', stepDag('asking', ['task_id: publish, retries: 0']));
await engine.startWorker();
const site = actingSite(engine, 'operator');
after(() => held.open());

async function eventsOf(runId: number, action: string) {
  const events = await listEvents(engine.pool, {
    dagId: null,
    runId,
    since: null,
    action,
    actor: null,
    limit: 20,
  });
  return events.map(({ actor, channel, reason }) => ({ actor, channel, reason }));
}

const BY_PERSON = { actor: PERSON, channel: 'web' };

test('the form of a retry lists what runs again; sending it adds attempts, and an event with the person and the reason', async () => {
  const { run } = await engine.run('night');
  const { body } = await site.read(`/runs/${run.runId}/clear?task=filter&only_failed=on&downstream=on`);
  assert.match(body, /2 task instances run again/);
  assert.match(body, />filter<\/span>.*failed<\/span>, one attempt so far/);
  assert.match(body, />reset<\/span>.*upstream failed<\/span>, no attempt yet/);
  assert.doesNotMatch(body, />first<\/span>/);
  const { status, headers, done } = await site.send(`/runs/${run.runId}/clear`, {
    task: 'filter',
    only_failed: 'on',
    downstream: 'on',
    reason: 'the file was sent again',
  });
  assert.equal(status, 303);
  assert.equal(headers.get('location'), `/runs/${run.runId}`);
  assert.match(done, /^filter, reset run again;/);
  const { tasks } = await engine.ended(run.runId);
  assert.deepEqual(
    tasks.map(({ taskId, attemptNumber }) => [taskId, attemptNumber]),
    [
      ['first', 1],
      ['filter', 2],
      ['reset', 0],
    ],
  );
  assert.deepEqual(await eventsOf(run.runId, 'task.cleared'), [
    { ...BY_PERSON, reason: 'the file was sent again' },
  ]);
  const history = (await site.read(`/runs/${run.runId}`)).body.split('id="history"')[1] ?? '';
  assert.match(history, /task\.cleared.*reset, filter<.*night_shift, web<.*the file was sent again/s);
});

test('a task that proposes an override gets its params with the reason as the one that was left open', async () => {
  const { run } = await engine.run('night');
  const page = await site.read(`/runs/${run.runId}`);
  assert.match(
    page.body,
    new RegExp(`href="/runs/${run.runId}/tasks/filter/override">Override the guard…</a>`),
  );
  assert.match(page.body, new RegExp(`href="/runs/${run.runId}/artifacts/rejects.csv">See the rows</a>`));
  const path = `/runs/${run.runId}/tasks/filter/override`;
  const refused = await site.send(path, { reason: ' ' });
  assert.equal(refused.status, 422);
  assert.match(refused.body, /a reason is needed/);
  assert.equal((await site.send(path, { reason: 'counted by hand' })).status, 303);
  const { run: ended, states } = await engine.ended(run.runId);
  assert.deepEqual(states, { first: 'success', filter: 'success', reset: 'success' });
  assert.deepEqual(ended.params, { override: 'counted by hand', force: true, store: 12 });
  assert.deepEqual(await eventsOf(run.runId, 'run.params_changed'), [
    { ...BY_PERSON, reason: 'counted by hand' },
  ]);
  const gone = await site.read(path);
  assert.equal(gone.status, 404);
});

test('a clear that changes a param is refused for a wrong value, and keeps what was sent', async () => {
  const { run } = await engine.run('night');
  const sent = {
    task: 'filter',
    downstream: 'on',
    'param.store': 'twelve',
    'param.override': 'by hand',
    reason: 'why',
  };
  const refused = await site.send(`/runs/${run.runId}/clear`, sent);
  assert.equal(refused.status, 422);
  assert.match(refused.body, /role="alert".*param store: found &quot;twelve&quot;, expected a whole number/s);
  assert.match(refused.body, /name="param.store"[^>]* value="twelve"/);
  assert.match(refused.body, /name="reason"[^>]* value="why"/);
  assert.match(refused.body, /<details open>/);
  assert.equal((await site.send(`/runs/${run.runId}/clear`, { ...sent, 'param.store': '13' })).status, 303);
  const { run: ended } = await engine.ended(run.runId);
  assert.deepEqual(ended.params, { override: 'by hand', force: false, store: 13 });
});

test('a mark needs a reason; what was given up because of the task goes on by it', async () => {
  const { run } = await engine.run('night');
  const path = `/runs/${run.runId}/tasks/filter/mark`;
  const { body } = await site.read(path);
  assert.match(body, /decided anew:<\/p><ul class="plain"><li><span class="mono">reset<\/span>/);
  const refused = await site.send(path, { state: 'skipped', reason: '' });
  assert.equal(refused.status, 422);
  assert.match(refused.body, /<option value="skipped" selected>/);
  const done = await site.send(path, { state: 'success', reason: 'applied by hand' });
  assert.equal(done.headers.get('location'), `/runs/${run.runId}/tasks/filter`);
  const { states } = await engine.ended(run.runId);
  assert.deepEqual(states, { first: 'success', filter: 'success', reset: 'success' });
  assert.deepEqual(await eventsOf(run.runId, 'task.marked'), [{ ...BY_PERSON, reason: 'applied by hand' }]);
  assert.equal((await site.send(path, { state: 'success', reason: 'again' })).status, 409);
});

test('a run that goes on says what it waits for, and is cancelled with its reason, once', async () => {
  const started = await site.send('/dags/long/trigger', { reason: 'a look' });
  const runId = Number(started.headers.get('location')?.slice('/runs/'.length));
  await until('the task to run', async () =>
    (await instancesOfRun(engine.pool, runId)).some(({ state }) => state === 'running') ? true : null,
  );
  const { body } = await site.read(`/runs/${runId}`);
  assert.match(body, /id="waiting".*>hold<\/a> has been running for/s);
  assert.match(body, />after<\/a>: waits for hold, which is running/);
  assert.match(body, new RegExp(`href="/runs/${runId}/cancel"`));
  const cancelled = await site.send(`/runs/${runId}/cancel`, { reason: 'wrong file' });
  assert.equal(cancelled.done, `Run ${runId} is cancelled, with hold, after.`);
  assert.equal((await findRun(engine.pool, runId))?.state, 'cancelled');
  assert.deepEqual(await eventsOf(runId, 'run.cancelled'), [{ ...BY_PERSON, reason: 'wrong file' }]);
  const again = await site.send(`/runs/${runId}/cancel`, { reason: 'twice' });
  assert.equal(again.status, 409);
  assert.match(again.body, new RegExp(`run ${runId} has ended: cancelled`));
});

test('a trigger takes a date, typed params, the time edges and a reason; a refused one keeps them', async () => {
  const sent = { date: '2026-01-31', 'param.store': 'x', time_edges: 'collapse', reason: 'recount' };
  const refused = await site.send('/dags/night/trigger', sent);
  assert.equal(refused.status, 422);
  assert.match(refused.body, /name="date"[^>]* value="2026-01-31"/);
  assert.match(refused.body, /name="param.store"[^>]* value="x"/);
  assert.match(refused.body, /<option value="collapse" selected>/);
  const done = await site.send('/dags/night/trigger', { ...sent, 'param.store': '7' });
  assert.equal(done.status, 303);
  const run = await findRun(engine.pool, Number(done.headers.get('location')?.slice('/runs/'.length)));
  assert.ok(run !== null);
  const { businessDate, params, timeEdges, actor, reason } = run;
  assert.deepEqual(
    { date: businessDate.toString(), params, timeEdges, actor, reason },
    {
      date: '2026-01-31',
      params: { override: '', force: false, store: 7 },
      timeEdges: 'collapse',
      actor: PERSON,
      reason: 'recount',
    },
  );
  assert.deepEqual(await eventsOf(run.runId, 'run.created'), [{ ...BY_PERSON, reason: 'recount' }]);
  assert.equal((await site.send('/dags/night/trigger', { date: '2999-01-01' })).status, 409);
  assert.equal((await site.send('/dags/nigth/trigger')).status, 404);
  assert.equal((await site.send(`/dags/${encodeURIComponent('../night.yaml')}/trigger`)).status, 404);
});

test('a DAG is paused and resumed with a reason, and says so where nothing was changed', async () => {
  const paused = await site.send('/dags/night/pause', { reason: 'store audit' });
  assert.equal(paused.headers.get('location'), '/dags/night');
  assert.match(paused.done, /^night is paused\./);
  assert.match((await site.send('/dags/night/pause')).done, /was paused already/);
  assert.match(
    (await site.send('/dags/night/resume', { reason: 'audit done' })).done,
    /^night is scheduled again; its next run is due/,
  );
  const events = await listEvents(engine.pool, {
    dagId: 'night',
    runId: null,
    since: null,
    action: 'dag',
    actor: PERSON,
    limit: 5,
  });
  assert.deepEqual(
    events.map(({ action, channel, reason }) => [action, channel, reason]),
    [
      ['dag.paused', 'web', 'store audit'],
      ['dag.resumed', 'web', 'audit done'],
    ],
  );
});

test('a question stands first on every page about its run, with its terms and the form that answers it', async () => {
  const { runId } = await triggerRun(engine.pool, {
    ...({ dagId: 'asking', date: null, params: {}, timeEdges: 'keep', reason: null } as const),
    by: { actor: 'operator', channel: 'cli' },
  });
  await until('the question', async () => (await openApprovals(engine.pool, runId)).length > 0);
  const form = `/runs/${runId}/tasks/publish/approval`;
  for (const path of ['/', `/runs/${runId}`]) {
    const { body } = await site.read(path);
    assert.match(body, /Publish 900 &lt;rows&gt;/);
    assert.match(body, /a second person answers, not operator/);
    assert.ok(body.includes(`href="${form}"`), path);
  }
  assert.ok((await site.read(`/runs/${runId}/tasks/publish`)).body.includes(`href="${form}"`));
  const { body } = await site.read(form);
  assert.match(body, /Approve<\/button>.*Reject<\/button>/);
  const unreasoned = await site.send(form, { decision: 'approved' });
  assert.equal(unreasoned.status, 422);
  const { status, done } = await site.send(form, { decision: 'rejected', reason: 'too few' });
  assert.deepEqual([status, done], [303, 'publish is rejected; it goes on by that at once.']);
  const { run, tasks } = await engine.ended(runId);
  assert.deepEqual([run.state, tasks[0]?.errorText], ['failed', `rejected by ${PERSON}`]);
  assert.deepEqual(await eventsOf(runId, 'task.rejected'), [{ ...BY_PERSON, reason: 'too few' }]);
  assert.equal((await site.read(form)).status, 404);
});
