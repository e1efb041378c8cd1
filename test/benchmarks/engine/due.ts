import type { Pool } from 'pg';
import type { Bench, Round } from '../bench.ts';
import { withPeakRss } from '../filter/peak_memory.ts';
import { registerDag } from '../runs.ts';
import { startDurableDatabase } from './durable_database.ts';
import { RawQueue } from './raw_queue.ts';
import { startBenchWorker } from './worker.ts';

const DAGS = 1_000;
const CONCURRENCY = 10;
/** The time from adding the jobs to their common instant, so that none is late because of its own insertion. */
const LEAD_MS = 2_000;
const LOOK_EVERY_MS = 50;

export const due: Bench = {
  name: 'due',
  what: `${DAGS} DAGs due at the same minute: from the instant until each has planned, run and ended its run`,
  against: `${DAGS} raw graphile-worker jobs due at one instant, each of which inserts a run and adds a job that ends it`,
  // Ours keeps an instance, an attempt, a due instant, two events and the next instant as well: 32 statements beside 9.
  maxRatio: 5,
  missing: () => null,
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    const { pool, url } = database;
    for (let dag = 0; dag < DAGS; dag += 1) await registerDag(pool, `due_${dag}`, atMidnight(`due_${dag}`));
    await pool.query(`create table public.bench_run (bench_run_id bigint generated always as identity primary key,
                        ended_at timestamptz)`);
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const baselineMs = await (async () => {
        await using queue = await RawQueue.start(url, CONCURRENCY);
        return await queue.plansDueAt(pool, DAGS, await instantIn(pool, LEAD_MS));
      })();
      const { result: oursMs, rssBytes } = await withPeakRss(async () => {
        await using _worker = await startBenchWorker(url, CONCURRENCY);
        return await allDueMs(pool, round);
      });
      notice(`raw ${(baselineMs / 1000).toFixed(2)} s, ours ${(oursMs / 1000).toFixed(2)} s`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};

function atMidnight(dagId: string): string {
  return `dag_id: ${dagId}
timezone: UTC
schedule: "0 0 * * *"
catchup: latest
tasks:
  - {task_id: only, type: noop}
`;
}

/** Makes last midnight's run of every DAG due, to be planned at one instant, and waits for all runs to end. */
async function allDueMs(pool: Pool, round: number): Promise<number> {
  // The runs of the round before become those of a night long ago, each round's of another one.
  await pool.query(
    `update stockflow.dag_run set scheduled_for = scheduled_for - $1 * interval '1 day'
      where scheduled_for >= date_trunc('day', now(), 'UTC')`,
    [round],
  );
  await pool.query('delete from stockflow.due_instant');
  const dueAt = await instantIn(pool, LEAD_MS);
  await pool.query(
    `select graphile_worker.add_jobs(array(
       select row('stockflow.schedule', json_build_object('dag_id', dag_id), null, $1, 1000, 'schedule:' || dag_id, -32768, null)
              ::graphile_worker.job_spec
         from stockflow.dag))`,
    [dueAt],
  );
  const { rows } = await pool.query<{ lastRunId: number }>(
    'select coalesce(max(run_id), 0) as "lastRunId" from stockflow.dag_run',
  );
  await pool.query(
    `update stockflow.dag set schedule_cursor = date_trunc('day', now(), 'UTC') - interval '1 second', next_scheduled_for = $1`,
    [dueAt],
  );
  for (;;) {
    const ended = await pool.query<{ count: number; ms: number }>(
      `select count(distinct dag_id)::integer as count,
              extract(epoch from max(finished_at) - $2::timestamptz)::float8 * 1000 as ms
         from stockflow.dag_run where run_id > $1 and state = 'success'`,
      [rows[0]?.lastRunId, dueAt],
    );
    const [found] = ended.rows;
    if (found !== undefined && found.count >= DAGS) return found.ms;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function instantIn(pool: Pool, ms: number): Promise<Temporal.Instant> {
  const { rows } = await pool.query<{ at: Temporal.Instant }>(
    `select clock_timestamp() + $1 * interval '1 ms' as at`,
    [ms],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('select clock_timestamp() returned no row');
  return row.at;
}
