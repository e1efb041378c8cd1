/** Backfills of a DAG of every night, and what became of their dates. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { createBackfill, type NewBackfillRequest } from '../../../../runner/engine/backfill/requests.ts';
import { type Backfill, findBackfill } from '../../../../runner/store/backfill/backfill.ts';
import { type BackfillDate, datesOfBackfill } from '../../../../runner/store/backfill/report.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

export const step = steps();
export const engine = await testEngine({ after }, [step.type]);
export const { pool } = engine;
export const worker = await engine.startWorker({ dagsDir: null });
export const by = { actor: 'operator', channel: 'cli' } as const;

export async function nightly(dagId: string, ...extra: readonly string[]): Promise<void> {
  const lines = ['schedule: "0 1 * * *"', 'catchup: none', ...extra];
  assert.deepEqual(
    await engine.writeDag(
      dagId,
      stepDag(
        dagId,
        ['task_id: first', 'task_id: then, retries: 0, depends_on: [{task_id: first, delay: 1h}]'],
        lines,
      ),
    ),
    [],
  );
}

/** January 2026, by its days. */
export async function create(
  dagId: string,
  [from, to]: readonly [number, number],
  more: Partial<NewBackfillRequest> = {},
): Promise<Backfill> {
  const backfill = await createBackfill(pool, {
    dagId,
    from: Temporal.PlainDate.from({ year: 2026, month: 1, day: from }),
    to: Temporal.PlainDate.from({ year: 2026, month: 1, day: to }),
    reprocess: 'none',
    order: 'oldest_first',
    params: {},
    taskTypes: null,
    timeEdges: 'collapse',
    maxActiveRuns: 1,
    refusals: [],
    by,
    reason: 'books of January',
    ...more,
  });
  return backfill ?? assert.fail('nothing was to be worked');
}

export async function ended({
  backfillId,
}: Backfill): Promise<{ state: string; dates: readonly BackfillDate[] }> {
  const { state } = await until(`backfill ${backfillId} to end`, async () => {
    const found = await findBackfill(pool, backfillId);
    return found !== null && found.state !== 'running' ? found : null;
  });
  return { state, dates: await datesOfBackfill(pool, backfillId) };
}

export const daysOf = (dates: readonly BackfillDate[]) => dates.map(({ businessDate }) => businessDate.day);

/** Days in the order in which their runs started. */
export async function startedDays(dagId: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ day: number }>(
    `select extract(day from business_date)::integer as day from stockflow.dag_run where dag_id = $1 order by started_at, run_id`,
    [dagId],
  );
  return rows.map(({ day }) => day);
}

/** The days of the runs in this state. */
export async function daysIn(dagId: string, state: 'queued' | 'running'): Promise<readonly number[]> {
  const runs = await listRuns(pool, { dagId, state, limit: 100 });
  return runs.map(({ businessDate }) => businessDate.day).toSorted((a, b) => a - b);
}

export async function requestOf(dagId: string): Promise<NewBackfillRequest> {
  const from = Temporal.PlainDate.from('2026-01-05');
  return {
    dagId,
    from,
    to: from.add({ days: 2 }),
    reprocess: 'none',
    order: 'oldest_first',
    params: {},
    taskTypes: null,
    timeEdges: 'collapse',
    maxActiveRuns: 1,
    refusals: [],
    by,
    reason: null,
  };
}
