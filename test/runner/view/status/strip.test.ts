import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { lastRuns } from '../../../../runner/store/run/last_due_run.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { readStatus } from '../../../../runner/view/status/status.ts';
import { readStrips, STRIP_CELLS, stripOf } from '../../../../runner/view/status/strip.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { at, FACTS, SEVEN } from './nightly_run.ts';

const NOW = at('2026-02-01T12:00:00Z');

/** Due at 06:00Z on the dates from 2025-12-23 to 2026-01-31, forty of them; each ran, but for three. */
async function fortyNights(pool: Pool, dagId: string): Promise<void> {
  await pool.query(
    `insert into stockflow.due_instant (dag_id, scheduled_for, business_date, decision)
     select $1, night + interval '6 hours', night::date, case when night::date = '2026-01-20' then 'missed' else 'run' end
       from generate_series('2025-12-23'::timestamptz, '2026-01-31', '1 day') as night`,
    [dagId],
  );
  await pool.query(
    `insert into stockflow.dag_run
       (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     select d.dag_id, current_version_id, 'scheduled', case when i.business_date = '2026-01-25' then 'failed' else 'success' end,
            scheduled_for, business_date, 'scheduler', scheduled_for, scheduled_for + interval '1 hour'
       from stockflow.due_instant i join stockflow.dag d using (dag_id)
      where dag_id = $1 and decision = 'run' and business_date <> '2026-01-10'
      order by scheduled_for`,
    [dagId],
  );
}

test('the strip of a DAG has its newest thirty due instants, oldest first, with what became of each', async (t) => {
  const { pool, dagsDir, writeDag } = await testEngine(t, [steps().type]);
  for (const dagId of ['nightly', 'other'])
    assert.deepEqual(await writeDag(dagId, stepDag(dagId, ['task_id: only'], ['schedule: "0 6 * * *"'])), []);
  await fortyNights(pool, 'nightly');
  await pool.query(
    `insert into stockflow.dag_run
       (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     select dag_id, current_version_id, 'manual', 'success', '2026-01-26T09:00Z', '2026-01-25', 'operator',
            '2026-01-26T09:00Z', '2026-01-26T09:10Z'
       from stockflow.dag where dag_id = 'nightly'`,
  );
  const { dags } = await readStatus(viewSource(pool), dagsDir);
  const facts = dags.map((status) => ({ ...status.facts, cursor: at('2026-01-31T06:00:00Z') }));
  const strips = await readStrips(pool, facts, NOW);
  const cells = strips.get('nightly') ?? [];
  assert.equal(cells.length, STRIP_CELLS);
  const dated = new Map(cells.map((cell) => [cell.businessDate.toString(), cell.verdict]));
  // Nobody decided on 1 February, which was due six hours ago: it is the thirtieth, and 3 January the first.
  assert.equal(cells[0]?.businessDate.toString(), '2026-01-03');
  assert.equal(cells.at(-1)?.businessDate.toString(), '2026-02-01');
  assert.equal(dated.get('2026-02-01'), 'did not run');
  assert.equal(dated.get('2026-01-20'), 'did not run');
  // Its run is older than the history that is kept.
  assert.equal(dated.get('2026-01-10'), 'pruned');
  // The failed run of 25 January was followed by a manual one of the same date.
  assert.equal(dated.get('2026-01-25'), 'success');
  assert.equal(dated.get('2026-01-24'), 'success');
  assert.deepEqual(
    strips.get('other')?.map(({ verdict }) => verdict),
    ['did not run'],
  );
});

test('the last run of an instant is its own, or a newer manual one of its date, or none', async (t) => {
  const { pool, writeDag } = await testEngine(t, [steps().type]);
  assert.deepEqual(
    await writeDag('nightly', stepDag('nightly', ['task_id: only'], ['schedule: "0 6 * * *"'])),
    [],
  );
  await fortyNights(pool, 'nightly');
  const found = async (date: string | null) => {
    const [run] = await lastRuns(pool, [
      {
        dagId: 'nightly',
        scheduledFor: date === null ? null : at(`${date}T06:00:00Z`),
        businessDate: date === null ? null : Temporal.PlainDate.from(date),
      },
    ]);
    return run === undefined ? null : `${run.businessDate} ${run.runType} ${run.state}`;
  };
  assert.equal(await found('2026-01-25'), '2026-01-25 scheduled failed');
  assert.equal(await found('2026-01-20'), null);
  await pool.query(
    `insert into stockflow.dag_run
       (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
     select dag_id, current_version_id, 'manual', 'success', at + interval '9 hours', at::date, 'operator', at, at
       from stockflow.dag cross join (values (timestamptz '2026-01-25Z'), ('2026-01-20Z')) as date(at)`,
  );
  assert.equal(await found('2026-01-25'), '2026-01-25 manual success');
  assert.equal(await found('2026-01-20'), '2026-01-20 manual success');
  assert.equal(await found('2026-01-24'), '2026-01-24 scheduled success');
  // Without an instant the newest run of all.
  assert.equal(await found(null), '2026-01-20 manual success');
});

test('a paused DAG has no cell for what was due while it was paused', () => {
  const cells = stripOf({ ...FACTS, isPaused: true }, [], SEVEN);
  assert.deepEqual(cells, []);
});
