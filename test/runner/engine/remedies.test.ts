/** The action that a task proposes with its error, from the task to the tables, and its end. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { clearTasks, markTask } from '../../../runner/engine/operator/operator.ts';
import { instancesOfRun, type TaskInstance } from '../../../runner/store/task/instance.ts';
import { warningsOfRuns } from '../../../runner/store/task/warning.ts';
import { DeferTask, FailTask, SkipTask, TaskError, type TaskRemedy } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';
import { stepDag, steps } from '../../support/engine/task_types.ts';
import { until } from '../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;

const CLEAR: TaskRemedy = {
  clear: { label: 'run with the guard off', scope: 'failed', params: { guard: 'off', reason: null } },
};
const ARTIFACT: TaskRemedy = { artifact: { label: 'see the rows', name: 'rows.csv' } };

/** Returns the remedies of the attempts of a run, oldest first. */
async function attemptRemedies(runId: number): Promise<readonly unknown[]> {
  const { rows } = await pool.query<{ remedy: unknown }>(
    `select a.remedy from stockflow.task_attempt a join stockflow.task_instance t using (task_instance_id)
      where t.run_id = $1 order by a.task_instance_id, a.attempt_number`,
    [runId],
  );
  return rows.map(({ remedy }) => remedy);
}

const remediesOf = (tasks: readonly TaskInstance[]) => tasks.map(({ remedy }) => remedy);

test('the remedy of an error is stored with the instance and the attempt, however the task ended', async () => {
  await engine.startWorker();
  await engine.writeDag(
    'ends',
    stepDag('ends', [
      'task_id: failing, retries: 0',
      'task_id: skipping',
      'task_id: retried, retries: 1, retry_delay: 1s',
      'task_id: polling',
      'task_id: silent, allow_failure: true, retries: 0',
    ]),
  );
  step.on('failing', () => {
    throw new FailTask('rows fell', { remedy: { ...ARTIFACT, ...CLEAR } });
  });
  step.on('skipping', () => {
    throw new SkipTask('nothing there', { remedy: ARTIFACT });
  });
  step.on('retried', ({ attempt }) => {
    if (attempt.number === 1) throw new TaskError('no answer', { remedy: ARTIFACT });
    return null;
  });
  let polls = 0;
  step.on('polling', ({ now }) => {
    polls += 1;
    if (polls === 1) throw new DeferTask(now().add({ milliseconds: 300 }), 'not yet', { remedy: ARTIFACT });
    throw new FailTask('never came');
  });
  step.on('silent', () => {
    throw new FailTask('it failed');
  });
  const { run, tasks } = await engine.run('ends');
  assert.deepEqual(remediesOf(tasks), [{ ...ARTIFACT, ...CLEAR }, ARTIFACT, null, null, null]);
  // The attempt of `polling` has gone on, so that what it said before counts no more.
  assert.deepEqual(await attemptRemedies(run.runId), [
    { ...ARTIFACT, ...CLEAR },
    ARTIFACT,
    ARTIFACT,
    null,
    null,
    null,
  ]);
});

test('a remedy goes with its error: none is left once an operator clears the task or marks it', async () => {
  await engine.writeDag('cleared', stepDag('cleared', ['task_id: one, retries: 0']));
  step.on('one', () => {
    throw new FailTask('no', { remedy: CLEAR });
  });
  const { run, tasks } = await engine.run('cleared');
  assert.deepEqual(remediesOf(tasks), [CLEAR]);
  await markTask(pool, run.runId, { taskId: 'one', state: 'skipped', reason: 'done by hand', by });
  assert.deepEqual(remediesOf(await instancesOfRun(pool, run.runId)), [null]);
  step.on('one', () => null);
  await clearTasks(pool, run.runId, {
    ...{ taskId: 'one', onlyFailed: false, downstream: false, by, reason: 'again', newParams: null },
  });
  await until('the run to have succeeded', async () => {
    const [task] = await instancesOfRun(pool, run.runId);
    return task?.state === 'success' ? task : null;
  });
  assert.deepEqual(await attemptRemedies(run.runId), [CLEAR, null]);
});

test('a malformed remedy is named after the error, which it does not hide, and a warning with one fails the task', async () => {
  await engine.writeDag('odd', stepDag('odd', ['task_id: bad, retries: 0', 'task_id: warns, retries: 0']));
  step.on('bad', () => {
    throw new FailTask('rows fell', { remedy: { command: { label: 'list', name: '; rm -rf' } } });
  });
  step.on('warns', async ({ warn }) => {
    await warn('odd', {}, { remedy: { artifact: { label: 'see', name: '' } } });
    return null;
  });
  const { tasks } = await engine.run('odd');
  assert.match(tasks[0]?.errorText ?? '', /^rows fell \(remedy\.command\.name: /);
  assert.match(tasks[1]?.errorText ?? '', /^warns: remedy\.artifact\.name: /);
  assert.deepEqual(remediesOf(tasks), [null, null]);
});

test('a warning keeps its remedy with it, and texts that Postgres refuses are made fit', async () => {
  await engine.writeDag('warning', stepDag('warning', ['task_id: warns']));
  step.on('warns', async ({ warn }) => {
    await warn(
      '3 rows were left out',
      { rows: 3 },
      { remedy: { command: { label: 'list\0', name: 'list' } } },
    );
    await warn('nothing helps');
    return null;
  });
  const { run } = await engine.run('warning');
  const warnings = await warningsOfRuns(pool, [run.runId]);
  assert.deepEqual(
    warnings.map(({ sentence, remedy }) => [sentence, remedy]),
    [
      ['3 rows were left out', { command: { label: 'list\u2400', name: 'list' } }],
      ['nothing helps', null],
    ],
  );
});

test('the table refuses a remedy that is no object', async () => {
  await assert.rejects(
    pool.query(`update stockflow.task_instance set remedy = '[]' where state = 'failed'`),
    /remedy_is_an_object/,
  );
});
