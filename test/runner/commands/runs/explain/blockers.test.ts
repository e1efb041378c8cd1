import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainText } from '../../../../../runner/commands/runs/explain/text.ts';
import { pauseDag } from '../../../../../runner/engine/dags/pause.ts';
import { cancelTask } from '../../../../../runner/engine/operator/operator.ts';
import { findRun } from '../../../../../runner/store/run/dag_run.ts';
import { explainJson } from '../../../../../runner/view/explain/json.ts';
import { until } from '../../../../support/until.ts';
import {
  again,
  BY,
  blockers,
  engine,
  explained,
  open,
  pool,
  reached,
  sentences,
  start,
} from './explained.ts';

test('without a worker that is what holds the run, and nothing comes next', async () => {
  const runId = await start('nobody', '', '  - {task_id: a, type: quick}\n');
  const { explanation, now, timezone } = await explained(runId);
  assert.deepEqual(
    [explanation.run, explanation.next, explanation.tasks.map(({ blockers: found }) => found)],
    [[{ kind: 'no_worker' }], { kind: 'never' }, [[]]],
  );
  const run = await findRun(pool, runId);
  assert.ok(run !== null);
  const text = explainText({ run, now, timezone, isPaused: false, explanation }, (_, words) => words);
  assert.match(text, /no worker is running: nothing happens before stockflow up/);
});

test('a lost wake-up job, one whose handler fails, a crash and an unusable type are each a blocker', async () => {
  const runId = await start('lost_job', '', '  - {task_id: a, type: quick}\n');
  const key = `'task:' || (select task_instance_id || ':' || attempt_token from stockflow.task_instance where run_id = ${runId})`;
  await pool.query(
    `update graphile_worker._private_jobs set run_at = now() + interval '1 hour', last_error = 'no route' where key = ${key}`,
  );
  assert.match(
    (await sentences(runId, 'a'))[0] ?? '',
    /^its wake-up job failed, and is retried at .*, in \S+.*: no route$/,
  );
  await pool.query(`delete from graphile_worker._private_jobs where key = ${key}`);
  assert.deepEqual(await blockers(runId, 'a'), [{ kind: 'hint_lost' }]);
  await pool.query('update stockflow.task_instance set crash_count = 2 where run_id = $1', [runId]);
  assert.deepEqual(await blockers(runId, 'a'), [
    { kind: 'restarting', crashCount: 2 },
    { kind: 'hint_lost' },
  ]);
  const without = {
    byName: new Map(),
    broken: new Map([['quick', 'tasks/quick.ts: no such module']]),
    files: new Map(),
    sourceHash: 'test',
  };
  assert.deepEqual((await blockers(runId, 'a', without)).at(-1), {
    kind: 'type_unusable',
    type: 'quick',
    why: 'tasks/quick.ts: no such module',
  });
});

test('with a worker', async (t) => {
  await engine.startWorker({ concurrency: 3 });
  t.after(() => open.resolve());

  await t.test(
    'an upstream that is not done is a blocker with its state, with the rule and the delay that follow',
    async () => {
      const runId = await start(
        'chained',
        '',
        '  - {task_id: top, type: held}\n' +
          '  - {task_id: ok, type: quick}\n' +
          '  - {task_id: below, type: quick, depends_on: [ok, {task_id: top, delay: 90m}], trigger_rule: all_done}\n',
      );
      await reached(runId, 'top', 'running');
      await reached(runId, 'ok', 'success');
      assert.deepEqual(await sentences(runId, 'below'), [
        'waits for top, which is running',
        'its trigger_rule is all_done',
        '1h30m after the success of top, whenever that is',
      ]);
      const { explanation } = await explained(runId);
      assert.deepEqual(explanation.next, { kind: 'any_moment' });
      await cancelTask(pool, runId, { taskId: 'top', by: BY, reason: null });
      assert.deepEqual(await sentences(runId, 'top'), [
        `cancelled; stockflow tasks clear ${runId} --only-failed runs it again`,
      ]);
    },
  );

  await t.test(
    'a wall clock edge and a delay are blockers with their instants, and the nearest is what comes next',
    async () => {
      const runId = await start(
        'timed',
        '',
        '  - {task_id: first, type: quick}\n' +
          '  - {task_id: at_clock, type: quick, not_before: "23:30+2d"}\n' +
          '  - {task_id: later, type: quick, depends_on: [{task_id: first, delay: 1h}]}\n',
      );
      await reached(runId, 'later', 'deferred');
      const run = await findRun(pool, runId);
      const { rows } = await pool.query(
        `select finished_at from stockflow.task_instance where run_id = $1 and task_id = 'first'`,
        [runId],
      );
      const clock = run?.businessDate
        .add({ days: 2 })
        .toZonedDateTime({ timeZone: 'UTC', plainTime: '23:30' });
      const [notBefore, ...others] = await blockers(runId, 'at_clock');
      assert.deepEqual([notBefore?.kind, others], ['not_before', []]);
      assert.ok(notBefore?.kind === 'not_before' && clock && notBefore.at.equals(clock.toInstant()));
      const [delay] = await blockers(runId, 'later');
      assert.ok(delay?.kind === 'delay' && delay.at?.equals(rows[0].finished_at.add({ hours: 1 })));
      const { explanation } = await explained(runId);
      assert.equal(explanation.next.kind === 'at' && explanation.next.instance.taskId, 'later');
    },
  );

  await t.test('a run that collapses its edges is held by none of them', async () => {
    const runId = await start(
      'collapsed',
      '',
      '  - {task_id: top, type: held}\n  - {task_id: late, type: quick, depends_on: [top], not_before: "23:30+2d"}\n',
      'collapse',
    );
    await reached(runId, 'top', 'running');
    assert.deepEqual(await sentences(runId, 'late'), ['waits for top, which is running']);
    await cancelTask(pool, runId, { taskId: 'top', by: BY, reason: null });
  });

  await t.test("a sensor's next poll and a retry are blockers with their reason", async () => {
    const runId = await start(
      'waiting',
      'default_args: {retries: 3, retry_delay: 10m}\n',
      '  - {task_id: sensor, type: polls}\n  - {task_id: shaky, type: fails}\n',
    );
    await reached(runId, 'sensor', 'deferred');
    await reached(runId, 'shaky', 'up_for_retry');
    assert.match(
      (await sentences(runId, 'sensor'))[0] ?? '',
      /^checks again at .* UTC, in (59m|1h) .*: no file yet$/,
    );
    assert.match(
      (await sentences(runId, 'shaky'))[0] ?? '',
      /^failed once, of 3 retries the next at .* UTC, in (9m|10m) .*: the store does not answer$/,
    );
  });

  await t.test('a full pool is a blocker with who holds it', async () => {
    const tasks = '  - {task_id: only, type: held, pool: erp}\n';
    const holder = await start('pooled', 'max_active_runs: 2\n', tasks);
    await reached(holder, 'only', 'running');
    const waiting = await again('pooled');
    await reached(waiting, 'only', 'queued');
    const found = await until('the pool to be full', async () => {
      const all = await blockers(waiting, 'only');
      return all.some(({ kind }) => kind === 'pool') ? all : null;
    });
    assert.deepEqual(found[0], {
      kind: 'pool',
      pool: 'erp',
      slots: 1,
      usedSlots: 1,
      wantedSlots: 1,
      holders: [{ runId: holder, taskId: 'only', mapIndex: -1, slots: 1, isOver: false }],
    });
    assert.match(
      (await sentences(waiting, 'only'))[0] ?? '',
      new RegExp(`held by run ${holder} only \\(1\\)`),
    );
    for (const runId of [holder, waiting])
      await cancelTask(pool, runId, { taskId: 'only', by: BY, reason: null });
  });

  await t.test('a run behind max_active_runs is blocked by the runs before it', async () => {
    const first = await start('narrow', '', '  - {task_id: a, type: held}\n');
    const second = await again('narrow');
    const third = await again('narrow');
    const { explanation } = await explained(third);
    assert.deepEqual(explanation.run, [
      {
        kind: 'run_queued',
        maxActiveRuns: 1,
        ahead: [
          { runId: first, state: 'running' },
          { runId: second, state: 'queued' },
        ],
      },
    ]);
    for (const runId of [first, second, third])
      await cancelTask(pool, runId, { taskId: 'a', by: BY, reason: null });
  });

  await t.test('busy workers are a blocker with how much they do', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((taskId) => `  - {task_id: ${taskId}, type: held}\n`).join('');
    const runId = await start('wide', '', tasks);
    await until('three to run', async () => {
      const { rowCount } = await pool.query(
        `select from stockflow.task_instance where run_id = $1 and state = 'running'`,
        [runId],
      );
      return rowCount === 3 ? true : null;
    });
    const { explanation } = await explained(runId);
    const [queued] = explanation.tasks;
    assert.deepEqual(
      [explanation.tasks.length, queued?.blockers],
      [1, [{ kind: 'workers_busy', running: 3, concurrency: 3 }]],
    );
    for (const taskId of ['a', 'b', 'c', 'd'])
      await cancelTask(pool, runId, { taskId, by: BY, reason: null });
  });

  await t.test('what ended badly is explained by its cause, however far above', async () => {
    const runId = await start(
      'broken',
      '',
      '  - {task_id: root, type: gives_up}\n' +
        '  - {task_id: middle, type: quick, depends_on: [root]}\n' +
        '  - {task_id: leaf, type: quick, depends_on: [middle]}\n' +
        '  - {task_id: nothing, type: skips}\n' +
        '  - {task_id: after_nothing, type: quick, depends_on: [nothing]}\n',
    );
    await engine.ended(runId);
    assert.deepEqual(
      await Promise.all(
        ['root', 'middle', 'leaf', 'nothing', 'after_nothing'].map((id) => sentences(runId, id)),
      ),
      [
        ['failed after 1 attempt: rows fell from 100 to 3'],
        ['not run because of root (failed)'],
        ['not run because of root (failed)'],
        ['skipped: nothing to send'],
        ['skipped, as nothing was'],
      ],
    );
    const { explanation } = await explained(runId);
    assert.deepEqual(explanation.run, [{ kind: 'run_ended', state: 'failed' }]);
    await pool.query(
      `update stockflow.task_instance set error_class = 'Quarantined', crash_count = 3 where run_id = $1 and task_id = 'root'`,
      [runId],
    );
    assert.deepEqual(await blockers(runId, 'root'), [{ kind: 'quarantined', crashCount: 3 }]);
  });

  await t.test('a deadline that is over and a task that takes longer than usual are late', async () => {
    await start('tardy', '', '  - {task_id: slow, type: quick}\n').then((runId) => engine.ended(runId));
    const runId = await start('tardy', '', '  - {task_id: slow, type: held, deadline: "00:00"}\n');
    await reached(runId, 'slow', 'running');
    const late = await until('it to be slow', async () => {
      const { explanation } = await explained(runId);
      return explanation.late.length === 2 ? explanation.late : null;
    });
    assert.deepEqual(
      late.map(({ kind }) => kind),
      ['deadline', 'slow'],
    );
    await cancelTask(pool, runId, { taskId: 'slow', by: BY, reason: null });
  });

  await t.test('a paused DAG is reported, and its run goes on', async () => {
    const runId = await start('halted', '', '  - {task_id: a, type: held}\n');
    await reached(runId, 'a', 'running');
    await pauseDag(pool, 'halted', { by: BY, reason: null });
    const found = await explained(runId);
    assert.match(
      explainText(found, (_, text) => text),
      /halted is paused: no new runs are made, this one goes on\na {2}running for /,
    );
    const json = JSON.parse(JSON.stringify(explainJson(found)));
    assert.deepEqual(
      [json.dag_is_paused, json.running[0].task_id, json.next.kind],
      [true, 'a', 'any_moment'],
    );
    await cancelTask(pool, runId, { taskId: 'a', by: BY, reason: null });
  });
});
