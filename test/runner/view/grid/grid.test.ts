import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TASK_STATES } from '../../../../runner/core/run/states.ts';
import { foldStates } from '../../../../runner/view/grid/fold.ts';
import { readGrid } from '../../../../runner/view/grid/grid.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

test('the grid has the newest runs at the right, tasks in the order of the version in force, then older ones', async (t) => {
  const { pool, writeDag } = await testEngine(t, [steps().type]);
  const insertRun = async (day: number, instances: string, more = `'scheduled', 'success'`) => {
    await pool.query(
      `with run as (
         insert into stockflow.dag_run
           (dag_id, dag_version_id, scheduled_for, business_date, actor, started_at, finished_at, run_type, state)
         select dag_id, current_version_id, date '2026-01-01' + ${day - 1}, date '2026-01-01' + ${day - 1}, 'test', now(), now(), ${more}
           from stockflow.dag where dag_id = 'cut'
         returning run_id
       )
       insert into stockflow.task_instance (run_id, task_id, state, map_index, finished_at, removed_at)
       select run_id, i.*, case when i.map_index = 9 then now() end
         from run cross join (
           select task_id, state, map_index, case when state = 'none' then null else now() end
             from (values ${instances}) as v(task_id, state, map_index)) as i`,
    );
  };
  // In the file `write` stands first, but it depends on `read`.
  const tasks = ['task_id: write, depends_on: [read]', 'task_id: read'];
  assert.deepEqual(
    await writeDag('cut', stepDag('cut', [...tasks, 'task_id: gone, depends_on: [write]'])),
    [],
  );
  await insertRun(
    1,
    `('read', 'success', -1), ('write', 'failed', -1), ('gone', 'upstream_failed', -1)`,
    `'scheduled', 'failed'`,
  );
  assert.deepEqual(await writeDag('cut', stepDag('cut', [...tasks, 'task_id: added'])), []);
  // Four instances of a mapped task, and one that was removed: it counts for nothing.
  await insertRun(
    2,
    `('read', 'success', -1), ('added', 'skipped', -1), ('write', 'success', 0), ('write', 'failed', 1), ('write', 'success', 2), ('write', 'none', 3), ('write', 'failed', 9)`,
    `'manual', 'success'`,
  );
  await insertRun(3, `('read', 'success', -1), ('write', 'success', -1), ('added', 'success', -1)`);
  const source = viewSource(pool);
  const grid = await readGrid(source, { dagId: 'cut', limit: 3, before: null });
  assert.deepEqual(
    grid.runs.map(({ run }) => run.businessDate.toString()),
    ['2026-01-01', '2026-01-02', '2026-01-03'],
  );
  assert.deepEqual(
    grid.tasks.map(({ taskId, isInForce }) => [taskId, isInForce]),
    [
      ['read', true],
      ['added', true],
      ['write', true],
      ['gone', false],
    ],
  );
  assert.deepEqual(grid.states, [
    ['success', 'success', 'success'],
    [null, 'skipped', 'success'],
    ['failed', 'failed', 'success'],
    ['upstream_failed', null, null],
  ]);
  assert.deepEqual(grid.counts, [
    [1, 1, 1],
    [0, 1, 1],
    [1, 4, 1],
    [1, 0, 0],
  ]);
  assert.equal(grid.next, null);

  const newest = await readGrid(source, { dagId: 'cut', limit: 2, before: null });
  assert.deepEqual(
    newest.runs.map(({ run }) => run.businessDate.day),
    [2, 3],
  );
  const older = await readGrid(source, { dagId: 'cut', limit: 2, before: newest.next });
  assert.deepEqual(older.states, [['success'], [null], ['failed'], ['upstream_failed']]);
  assert.equal(older.next, null);
  const days = async (filter: Pick<Parameters<typeof readGrid>[1], 'state' | 'runType'>) =>
    (await readGrid(source, { dagId: 'cut', limit: 9, before: null, ...filter })).runs.map(
      ({ run }) => run.businessDate.day,
    );
  assert.deepEqual(await days({ state: 'success' }), [2, 3]);
  assert.deepEqual(await days({ runType: 'manual' }), [2]);
  assert.deepEqual(await days({ state: 'failed', runType: 'manual' }), []);
});

test('of the states of a mapped task the one that a reader must see first stands for all', () => {
  const fold = (...states: readonly (typeof TASK_STATES)[number][]) => {
    const [first, ...rest] = states;
    assert.ok(first !== undefined);
    return rest.reduce(foldStates, first);
  };
  assert.equal(fold('success', 'running', 'failed'), 'failed');
  assert.equal(fold('success', 'running', 'success'), 'running');
  assert.equal(fold('skipped', 'success'), 'skipped');
  assert.equal(fold('none', 'success'), 'none');
  // Every state has its place: the same one is found from either side.
  for (const one of TASK_STATES)
    for (const other of TASK_STATES) assert.equal(foldStates(one, other), foldStates(other, one));
});
