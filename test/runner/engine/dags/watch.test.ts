import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { DagWatch } from '../../../../runner/engine/dags/watch.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { ensureDag, findDag } from '../../../../runner/store/dag/dag.ts';
import { instancesOfRun } from '../../../../runner/store/task/instance.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;

test('DAG files are picked up while the worker runs', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool, dagsDir } = engine;
  const file = path.join(dagsDir, 'edited.yaml');
  await writeFile(file, stepDag('edited', ['task_id: first', 'task_id: old_second, depends_on: [first]']));
  await engine.startWorker();
  const current = async () => await findDag(pool, 'edited');
  const trigger = () =>
    triggerRun(pool, { dagId: 'edited', date: null, params: {}, timeEdges: 'keep', by, reason: null });

  await t.test('a run ends by the version it began with, the next one uses the new', async () => {
    const held = gate();
    step.on('first', () => held.opened.then(() => null));
    const before = await current();
    const run = await trigger();
    await until('the first task to run', async () => step.startsOf('first') === 1);
    await writeFile(file, stepDag('edited', ['task_id: first', 'task_id: new_second, depends_on: [first]']));
    await until('the new version', async () => (await current())?.sha256 !== before?.sha256);
    held.open();
    assert.deepEqual((await engine.ended(run.runId)).states, { first: 'success', old_second: 'success' });
    const next = await trigger();
    assert.deepEqual((await engine.ended(next.runId)).states, { first: 'success', new_second: 'success' });
  });

  await t.test('a broken edit changes nothing but the shown error, and a valid one clears that', async () => {
    const good = await current();
    await writeFile(file, stepDag('edited', ['task_id: first, depends_on: [nowhere]']));
    const broken = await until('the error', async () =>
      (await current())?.problems ? await current() : null,
    );
    assert.equal(broken.sha256, good?.sha256);
    assert.match(broken.problems?.[0]?.message ?? '', /nowhere/);
    const run = await trigger();
    assert.deepEqual((await engine.ended(run.runId)).states, { first: 'success', new_second: 'success' });
    await writeFile(file, stepDag('edited', ['task_id: first']));
    await until('the error to go', async () => (await current())?.problems === null);
  });

  await t.test(
    'a removed file retires its DAG and keeps its history; bringing it back revives it',
    async () => {
      await rm(file);
      await until('the retirement', async () => (await current())?.retiredAt !== null);
      await assert.rejects(trigger(), /there is no DAG edited/);
      assert.ok((await instancesOfRun(pool, 1)).length > 0);
      await writeFile(file, stepDag('edited', ['task_id: first']));
      await until('the revival', async () => (await current())?.retiredAt === null);
      assert.equal((await engine.ended((await trigger()).runId)).run.state, 'success');
    },
  );

  await t.test('each change is an event with the checksums before and after', async () => {
    const { rows } = await pool.query<{ action: string }>(
      `select action from audit.event where dag_id = 'edited' and action like 'dag.%' order by event_id`,
    );
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['dag.added', 'dag.changed', 'dag.invalid', 'dag.changed', 'dag.retired', 'dag.changed'],
    );
  });
});

test('a file that another process adds and registers during a check is not retired', async (t) => {
  const engine = await testEngine(t, [steps().type]);
  const { pool, dagsDir, taskTypes } = engine;
  const file = path.join(dagsDir, 'seen.yaml');
  await writeFile(file, stepDag('seen', ['task_id: only']));
  // The check has read the folder and stands still while it registers what it saw.
  const holder = await pool.connect();
  await holder.query('begin');
  await ensureDag(holder, { dagId: 'seen', file, cursor: null });
  const checking = new DagWatch(dagsDir, taskTypes).check(pool, 'test', testLog);
  await until('the check to wait', async () => {
    const { rowCount } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rowCount === 1;
  });
  await engine.writeDag('added', stepDag('added', ['task_id: only']));
  await holder.query('rollback');
  holder.release();
  await checking;
  assert.equal((await findDag(pool, 'added'))?.retiredAt, null);
  assert.equal((await findDag(pool, 'seen'))?.retiredAt, null);
});
