import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRuns } from '../../../../runner/view/run/list.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

test('runs are paged by their id, newest first, and the last page has no cursor', async (t) => {
  const { pool, writeDag } = await testEngine(t, [steps().type]);
  const zone = ['timezone: Asia/Tokyo'];
  assert.deepEqual(
    await writeDag('paged', stepDag('paged', ['task_id: only']).replace('timezone: UTC', zone[0] ?? '')),
    [],
  );
  await pool.query(
    `insert into stockflow.dag_run
       (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     select dag_id, current_version_id, case when n % 3 = 0 then 'manual' else 'scheduled' end,
            case when n = 2 then 'failed' else 'success' end,
            timestamptz '2026-01-01' + n * interval '1 day', date '2026-01-01' + n, 'test', now(), now()
       from stockflow.dag cross join generate_series(1, 7) as n`,
  );
  const source = viewSource(pool);
  const pages: (readonly string[])[] = [];
  let before: number | null = null;
  do {
    const page = await readRuns(source, { limit: 3, before });
    pages.push(page.rows.map(({ run }) => run.businessDate.toString().slice(-2)));
    assert.ok(page.rows.every(({ timezone }) => timezone === 'Asia/Tokyo'));
    before = page.next;
  } while (before !== null);
  assert.deepEqual(pages, [['08', '07', '06'], ['05', '04', '03'], ['02']]);
  const dates = async (filter: Pick<Parameters<typeof readRuns>[1], 'state' | 'runType'>) =>
    (await readRuns(source, { limit: 2, before: null, ...filter })).rows.map(({ run }) =>
      run.businessDate.toString(),
    );
  assert.deepEqual(await dates({ state: 'failed' }), ['2026-01-03']);
  assert.deepEqual(await dates({ runType: 'manual' }), ['2026-01-07', '2026-01-04']);
});
