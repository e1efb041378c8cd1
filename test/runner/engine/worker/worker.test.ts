import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptsOfRun } from '../../../../runner/store/task/attempt.ts';
import { DeferTask, FailTask, SkipTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps, untilAborted } from '../../../support/engine/task_types.ts';

test('one worker runs DAGs of every shape', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  await engine.startWorker({ concurrency: 8 });

  await t.test('a chain runs in order and hands its outputs on', async () => {
    await engine.writeDag(
      'chain',
      stepDag('chain', [
        'task_id: first',
        'task_id: second, depends_on: [first], with: {value: "${{ tasks.first.output.value }}b"}',
        'task_id: third, depends_on: [second], with: {value: "${{ tasks.second.output.value }}c"}',
      ]),
    );
    step.on('first', () => ({ value: 'a' }));
    for (const taskId of ['second', 'third']) step.on(taskId, ({ params }) => params);
    const { run, tasks } = await engine.run('chain');
    assert.equal(run.state, 'success');
    assert.deepEqual(
      tasks.map(({ output }) => output?.value),
      ['a', 'ab', 'abc'],
    );
  });

  await t.test(
    'a failed upstream marks downstream upstream_failed, all the way, and fails the run',
    async () => {
      await engine.writeDag(
        'broken',
        stepDag('broken', [
          'task_id: bad',
          'task_id: after_bad, depends_on: [bad]',
          'task_id: last_of_bad, depends_on: [after_bad]',
          'task_id: clean_up, depends_on: [after_bad], trigger_rule: all_done',
        ]),
      );
      step.on('bad', () => {
        throw new FailTask('row 7 is wrong');
      });
      const { run, states, tasks } = await engine.run('broken');
      assert.equal(run.state, 'failed');
      assert.deepEqual(states, {
        bad: 'failed',
        after_bad: 'upstream_failed',
        last_of_bad: 'upstream_failed',
        clean_up: 'success',
      });
      assert.equal(tasks[0]?.errorClass, 'FailTask');
      assert.equal(tasks[0]?.errorText, 'row 7 is wrong');
    },
  );

  await t.test('a failure that is allowed leaves the run a success', async () => {
    await engine.writeDag(
      'lenient',
      stepDag('lenient', ['task_id: may_fail, allow_failure: true', 'task_id: other']),
    );
    step.on('may_fail', () => {
      throw new FailTask('never mind');
    });
    const { run, states } = await engine.run('lenient');
    assert.equal(run.state, 'success');
    assert.equal(states.may_fail, 'failed');
  });

  await t.test(
    'a failing task is tried again as often as it says, each try an attempt of its own',
    async () => {
      await engine.writeDag(
        'flaky',
        stepDag('flaky', ['task_id: flaky, retries: 2, retry_delay: 1s, retry_exponential_backoff: false']),
      );
      let tries = 0;
      step.on('flaky', () => {
        tries += 1;
        if (tries < 3) throw new Error(`try ${tries}`);
        return tries;
      });
      const { run, tasks } = await engine.run('flaky');
      assert.equal(run.state, 'success');
      assert.equal(tasks[0]?.failureCount, 2);
      const attempts = await attemptsOfRun(pool, run.runId);
      assert.deepEqual(
        attempts.map(({ attemptNumber, state, errorText }) => [attemptNumber, state, errorText]),
        [
          [1, 'failed', 'try 1'],
          [2, 'failed', 'try 2'],
          [3, 'success', null],
        ],
      );
    },
  );

  await t.test('FailTask is never retried', async () => {
    await engine.writeDag('final', stepDag('final', ['task_id: final, retries: 5, retry_delay: 1s']));
    step.on('final', () => {
      throw new FailTask('no use');
    });
    const { run } = await engine.run('final');
    assert.equal(run.state, 'failed');
    assert.equal(step.startsOf('final'), 1);
  });

  await t.test('a skip cascades, and a task that wants no failure still runs', async () => {
    await engine.writeDag(
      'skips',
      stepDag('skips', [
        'task_id: skipper',
        'task_id: follower, depends_on: [skipper]',
        'task_id: joiner, depends_on: [follower], trigger_rule: none_failed',
      ]),
    );
    step.on('skipper', () => {
      throw new SkipTask('nothing to do');
    });
    const { run, states } = await engine.run('skips');
    assert.equal(run.state, 'success');
    assert.deepEqual(states, { skipper: 'skipped', follower: 'skipped', joiner: 'success' });
  });

  await t.test('run_if that renders to nothing skips the task without starting it', async () => {
    await engine.writeDag(
      'choice',
      stepDag('choice', [
        'task_id: chooser',
        'task_id: yes_branch, depends_on: [chooser], run_if: "${{ tasks.chooser.output.yes }}"',
        'task_id: no_branch, depends_on: [chooser], run_if: "${{ tasks.chooser.output.no }}"',
      ]),
    );
    step.on('chooser', () => ({ yes: true, no: false }));
    const { states } = await engine.run('choice');
    assert.deepEqual(states, { chooser: 'success', yes_branch: 'success', no_branch: 'skipped' });
    assert.equal(step.startsOf('no_branch'), 0);
  });

  await t.test('a deferred task is polled again in the same attempt', async () => {
    await engine.writeDag('sensor', stepDag('sensor', ['task_id: sensor']));
    let polls = 0;
    step.on('sensor', ({ now }) => {
      polls += 1;
      if (polls < 3) throw new DeferTask(now().add({ milliseconds: 200 }), 'not yet');
      return polls;
    });
    const { run } = await engine.run('sensor');
    const [attempt, ...more] = await attemptsOfRun(pool, run.runId);
    assert.equal(attempt?.pollCount, 3);
    assert.deepEqual(more, []);
  });

  await t.test('a task beyond its execution_timeout is aborted, and fails with the figure', async () => {
    await engine.writeDag('slow', stepDag('slow', ['task_id: slow, execution_timeout: 1s']));
    step.on('slow', ({ signal }) => untilAborted(signal));
    const { run, tasks } = await engine.run('slow');
    assert.equal(run.state, 'failed');
    assert.equal(tasks[0]?.errorText, 'still running after its execution_timeout of 1 s');
  });

  await t.test('an output that the database cannot keep fails the task, clearly', async () => {
    await engine.writeDag(
      'outputs',
      stepDag('outputs', [
        'task_id: nul',
        'task_id: huge',
        'task_id: fine',
        'task_id: big',
        'task_id: text, retries: 0',
      ]),
    );
    step.on('nul', () => 'a\0b');
    step.on('huge', () => 'x'.repeat(1 << 20));
    step.on('big', () => ({ rows: [{ id: 1n as never }] }));
    step.on('text', () => {
      throw 'no answer';
    });
    step.on('fine', () => ({ text: 'é\u2028', number: 0.1 }));
    const { tasks } = await engine.run('outputs');
    assert.equal(
      tasks[0]?.errorText,
      'nul: the return value cannot be stored: it is text with a NUL character',
    );
    assert.match(tasks[1]?.errorText ?? '', /at most 1048576/);
    assert.equal(tasks[3]?.errorText, 'big: the return value is not JSON: it holds a BigInt at rows[0].id');
    assert.equal(tasks[4]?.errorText, 'the task threw a plain string: no answer');
    assert.deepEqual(tasks[2]?.output, { text: 'é\u2028', number: 0.1 });
  });

  await t.test(
    'an error text with NUL and lone surrogates is kept in a form that Postgres stores',
    async () => {
      await engine.writeDag('ugly', stepDag('ugly', ['task_id: ugly']));
      step.on('ugly', () => {
        throw new FailTask('bad \0 and \ud800');
      });
      const { tasks } = await engine.run('ugly');
      assert.equal(tasks[0]?.errorText, 'bad \u2400 and \ufffd');
    },
  );

  await t.test('a fan-in of fifty starts its successor exactly once', async () => {
    const width = 50;
    const wide = Array.from({ length: width }, (_, index) => `wide_${index}`);
    await engine.writeDag(
      'fan',
      stepDag('fan', [
        ...wide.map((taskId) => `task_id: ${taskId}`),
        `task_id: joined, depends_on: [${wide.join(', ')}]`,
      ]),
    );
    const { run, tasks } = await engine.run('fan');
    assert.equal(run.state, 'success');
    assert.equal(tasks.length, width + 1);
    assert.equal(step.startsOf('joined'), 1);
  });
});
