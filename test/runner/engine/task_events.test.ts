import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { TriggerError } from '../../../runner/engine/operator/dag_to_run.ts';
import { clearTasks, OperatorError } from '../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { warningsOfRuns } from '../../../runner/store/task/warning.ts';
import { defineTask, FailTask, type TaskEvent } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

const step = steps();
/** A task that takes one of two colours, by a param of its DAG. */
const painted = defineTask({
  type: 'painted',
  description: 'takes red or blue',
  params: z.strictObject({ colour: z.enum(['red', 'blue']), from: z.json() }),
  async run({ params }) {
    if (params.colour === 'red') throw new FailTask('red is sold out');
    return params.colour;
  },
});
const engine = await testEngine({ after }, [step.type, painted]);
const { pool, taskTypes } = engine;
const by = { actor: 'night_shift', channel: 'cli' } as const;

async function eventsOf(runId: number, action: string) {
  const { rows } = await pool.query(
    `select actor, channel, dag_id, task_id, map_index, reason, before, after
       from audit.event where run_id = $1 and action = $2 order by event_id`,
    [runId, action],
  );
  return rows;
}

/** Returns the error text of the first task of a run that records the event. */
async function errorOf(event: TaskEvent): Promise<string> {
  step.on('one', ({ record }) => record(event).then(() => null));
  const { tasks } = await engine.run('telling');
  return tasks[0]?.errorText ?? 'it was taken';
}

test('what a task records is in the history with its run, task, worker and attempt', async () => {
  await engine.writeDag('telling', stepDag('telling', ['task_id: one', 'task_id: idle']));
  step.on('one', async ({ record }) => {
    await record({ action: 'door.opened', reason: 'it was hot', before: { open: 0 }, after: { open: 1 } });
    return null;
  });
  await engine.startWorker();
  const { run } = await engine.run('telling');
  const [event, ...more] = await eventsOf(run.runId, 'door.opened');
  const { actor, ...told } = event ?? {};
  assert.match(actor, /^worker \d+@/);
  assert.deepEqual(told, {
    channel: 'worker',
    dag_id: 'telling',
    task_id: 'one',
    map_index: null,
    reason: 'it was hot',
    before: { open: 0 },
    after: { open: 1, attempt: 1 },
  });
  assert.deepEqual(more, []);
});

test("a task cannot record the runner's own events, nor what is no action, nor what cannot be kept", async () => {
  assert.match(await errorOf({ action: 'run.cancelled' }), /run\.cancelled is the runner's own to say/);
  assert.match(await errorOf({ action: 'Door Opened' }), /found "Door Opened", expected noun\.verb/);
  assert.match(
    await errorOf({ action: 'door.opened', after: { door: '\0' } }),
    /its event cannot be stored: it holds text with a NUL character at door/,
  );
});

test('an attempt that was given up records nothing any more', async () => {
  const [held, tried] = [gate(), gate()];
  let refusal: unknown;
  let lateStarts = 0;
  step.on('one', async ({ record }) => {
    if (lateStarts++ > 0) return null;
    await held.opened;
    refusal = await record({ action: 'door.closed' }).catch((error: unknown) => error);
    tried.open();
    return null;
  });
  const { runId } = await triggerRun(pool, {
    dagId: 'telling',
    date: null,
    params: {},
    timeEdges: 'keep',
    by,
    reason: null,
  });
  await until('the attempt to run', async () => (lateStarts === 1 ? true : null));
  const cleared = { taskId: 'one', onlyFailed: false, downstream: false, by, reason: null };
  await clearTasks(pool, runId, cleared);
  held.open();
  await tried.opened;
  assert.match(String(refusal), /one: this attempt was superseded and may not record door\.closed/);
  const { run } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.deepEqual(await eventsOf(runId, 'door.closed'), []);
});

test("the warnings of a run are those of its tasks' newest attempts, each sentence once", async () => {
  await engine.writeDag(
    'warned',
    stepDag('warned', ['task_id: one, retries: 1, retry_delay: 1s', 'task_id: idle']),
  );
  step.on('one', async ({ attempt, warn }) => {
    await warn(`attempt ${attempt.number} left 3 rows out`, { rows: 3 });
    await warn(`attempt ${attempt.number} left 3 rows out`);
    if (attempt.number === 1) throw new Error('the peer hung up');
    await warn('1 product has no row');
    return null;
  });
  const { run } = await engine.run('warned');
  assert.equal(run.state, 'success');
  assert.deepEqual(await warningsOfRuns(pool, [run.runId]), [
    { runId: run.runId, taskId: 'one', mapIndex: -1, sentence: 'attempt 2 left 3 rows out', remedy: null },
    { runId: run.runId, taskId: 'one', mapIndex: -1, sentence: '1 product has no row', remedy: null },
  ]);
  const [first] = await eventsOf(run.runId, 'task.warned');
  assert.deepEqual(first?.after, { rows: 3, attempt: 1 });
  assert.deepEqual(await warningsOfRuns(pool, []), []);
});

const PAINTED = `dag_id: painting
timezone: UTC
schedule: null
params: {colour: {type: string, default: red}, place: {type: string, default: door}}
tasks:
  - {task_id: paint, type: painted, with: {colour: "\${{ params.colour }}", from: "\${{ params.place }}"}}
  - {task_id: again, type: painted, with: {colour: "\${{ params.colour }}", from: "\${{ tasks.paint.output }}"}, depends_on: [paint]}
`;
const asked = { dagId: 'painting', date: null, timeEdges: 'keep', by, reason: null } as const;

test('a param that a task would refuse is refused before there is a run, once, with every place', async () => {
  assert.deepEqual(await engine.writeDag('painting', PAINTED), []);
  await assert.rejects(triggerRun(pool, { ...asked, params: { colour: 'bleu' }, taskTypes }), (error) => {
    assert.ok(error instanceof TriggerError);
    assert.equal(error.kind, 'bad_params');
    assert.equal(
      error.message,
      'param colour: found "bleu", did you mean blue? It is one of red, blue (with.colour of paint, with.colour of again)',
    );
    return true;
  });
  const { rows } = await pool.query("select from stockflow.dag_run where dag_id = 'painting'");
  assert.equal(rows.length, 0);
});

test('a run is cleared with other params, which it keeps; who, why and both are in the history', async () => {
  const { runId } = await triggerRun(pool, { ...asked, params: {}, taskTypes });
  const failed = await engine.ended(runId);
  assert.equal(failed.tasks[0]?.errorText, 'red is sold out');
  await clearTasks(pool, runId, {
    taskId: null,
    onlyFailed: true,
    downstream: false,
    by,
    reason: 'red is sold out everywhere',
    newParams: { given: { colour: 'blue' }, taskTypes },
  });
  const { run, tasks } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.deepEqual(run.params, { colour: 'blue', place: 'door' });
  assert.deepEqual(
    tasks.map(({ output }) => output),
    ['blue', 'blue'],
  );
  assert.deepEqual(await eventsOf(runId, 'run.params_changed'), [
    {
      ...by,
      dag_id: 'painting',
      task_id: null,
      map_index: null,
      reason: 'red is sold out everywhere',
      before: { params: { colour: 'red', place: 'door' } },
      after: { params: { colour: 'blue', place: 'door' } },
    },
  ]);
});

test('clearing with a wrong param changes nothing, and names the version that the run keeps', async () => {
  const { runId } = await triggerRun(pool, { ...asked, params: {}, taskTypes });
  await engine.ended(runId);
  const clear = (given: Record<string, string>) =>
    clearTasks(pool, runId, {
      taskId: null,
      onlyFailed: true,
      downstream: false,
      by,
      reason: null,
      newParams: { given, taskTypes },
    });
  const refused = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof OperatorError);
    assert.equal(error.kind, 'bad_params');
    assert.match(error.message, message);
    return true;
  };
  await assert.rejects(clear({ colour: 'green' }), refused(/^param colour: found "green"/));
  await assert.rejects(
    clear({ color: 'blue' }),
    refused(/no param color, did you mean colour\?; run \d+ keeps the DAG version that it began with/),
  );
  const { run, states } = await engine.ended(runId);
  assert.deepEqual(run.params, { colour: 'red', place: 'door' });
  assert.equal(states.paint, 'failed');
});
