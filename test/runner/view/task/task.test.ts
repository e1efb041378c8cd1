import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogSide } from '../../../../runner/store/task/log_page.ts';
import { readEvents } from '../../../../runner/view/audit/events.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { readTaskLog } from '../../../../runner/view/task/log.ts';
import { readTask } from '../../../../runner/view/task/task.ts';
import { readWorkers } from '../../../../runner/view/workers/workers.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';

test('a task shows its attempts, files, events and log, and the workers show what they run', async (t) => {
  const does = steps();
  const { pool, startWorker, writeDag, run } = await testEngine(t, [does.type]);
  const problems = await writeDag(
    'told',
    stepDag('told', [
      'task_id: shaky, retries: 1, retry_delay: 1s, with: {size: 3}',
      'task_id: held, depends_on: [shaky]',
    ]),
  );
  assert.deepEqual(problems, []);
  does.on('shaky', async ({ attempt, log, record, files }) => {
    for (const line of [1, 2, 3]) log.info(`line ${line} of attempt ${attempt.number}`);
    if (attempt.number === 1) throw new Error('the store does not answer');
    await record({ action: 'guard.passed', reason: 'all is well' });
    await files.publish('artifact:kept.csv', Buffer.from('a\nb\n'), { rows: 2 });
    return { kept: 2 };
  });
  const held = gate();
  const reached = gate();
  does.on('held', async () => {
    reached.open();
    await held.opened;
    return undefined;
  });
  await startWorker();
  const ended = run('told');
  await reached.opened;
  const workers = await readWorkers(pool);
  assert.deepEqual(
    workers.workers.map(({ isLive, running }) => [
      isLive,
      running.map(({ dagId, taskId }) => `${dagId} ${taskId}`),
    ]),
    [[true, ['told held']]],
  );
  assert.equal(workers.load.running, 1);
  held.open();
  const { runId } = (await ended).run;

  const source = viewSource(pool);
  const task = await readTask(source, { runId, taskId: 'shaky', mapIndex: null });
  assert.deepEqual(task.declared?.with, { size: 3 });
  assert.deepEqual(
    task.attempts.map(({ attemptNumber, state, errorText }) => [attemptNumber, state, errorText]),
    [
      [1, 'failed', 'the store does not answer'],
      [2, 'success', null],
    ],
  );
  assert.deepEqual(task.attempts[1]?.output, { kept: 2 });
  assert.deepEqual(
    task.events.rows.map(({ action }) => action),
    ['guard.passed', 'task.retried'],
  );
  assert.deepEqual(
    task.files.map(({ direction, path, bytes, rows, attemptNumber }) => [
      direction,
      path,
      bytes,
      rows,
      attemptNumber,
    ]),
    [['published', 'artifact:kept.csv', 4, 2, 2]],
  );
  await assert.rejects(readTask(source, { runId, taskId: 'shakey', mapIndex: null }), {
    name: 'NotFound',
    message: `run ${runId} of told has no task shakey, did you mean shaky?`,
  });
  await assert.rejects(readTask(source, { runId, taskId: 'shaky', mapIndex: 4 }), { name: 'NotFound' });

  const page = async (side: LogSide, attemptNumber: number | null = null) =>
    await readTaskLog(pool, { runId, taskId: 'shaky', mapIndex: null, attemptNumber, side, limit: 4 });
  const textOf = ({ lines }: Awaited<ReturnType<typeof page>>) =>
    lines.map(({ message }) => message.replace(/line (\d) of attempt (\d)/, '$2.$1'));
  const newest = await page({ kind: 'newest' });
  const error = 'the store does not answer';
  assert.deepEqual(textOf(newest), [error, '2.1', '2.2', '2.3']);
  assert.ok(newest.before !== null && newest.after !== null);
  const older = await page({ kind: 'before', taskLogId: newest.before });
  assert.deepEqual(textOf(older), ['1.1', '1.2', '1.3']);
  assert.equal(older.before, null);
  assert.ok(older.after !== null);
  const following = await page({ kind: 'after', taskLogId: older.after });
  assert.deepEqual(textOf(following), [error, '2.1', '2.2', '2.3']);
  // Nothing new: the same cursor goes on.
  const none = await page({ kind: 'after', taskLogId: newest.after });
  assert.deepEqual([none.lines, none.after], [[], newest.after]);
  assert.deepEqual(textOf(await page({ kind: 'newest' }, 1)), ['1.1', '1.2', '1.3', error]);

  const filter = { dagId: 'told', runId: null, since: null, action: null, actor: null };
  const actions: string[] = [];
  let before: number | null = null;
  do {
    const events = await readEvents(pool, { ...filter, limit: 2, before });
    actions.push(...events.rows.map(({ action }) => action));
    before = events.next;
  } while (before !== null);
  const all = await readEvents(pool, { ...filter, limit: 100, before: null });
  assert.deepEqual(
    actions,
    all.rows.map(({ action }) => action),
  );
  assert.equal(actions.at(-1), 'dag.added');
  const passed = await readEvents(pool, { ...filter, action: 'guard', limit: 100, before: null });
  assert.deepEqual(
    passed.rows.map(({ taskId }) => taskId),
    ['shaky'],
  );
});
