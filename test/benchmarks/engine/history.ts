import type { Pool } from 'pg';
import { fillHistory, goodNights, numberedTasks } from '../../support/engine/history.ts';
import type { Bench, Round } from '../bench.ts';
import { withPeakRss } from '../filter/peak_memory.ts';
import { durationMs, registerDag, runToEnd } from '../runs.ts';
import { startDurableDatabase } from './durable_database.ts';
import { chainDag, startBenchWorker } from './worker.ts';

const FINISHED = 1_000_000;
const LENGTH = 200;
const CONCURRENCY = 4;
const DAG_ID = 'bench_chain';

export const history: Bench = {
  name: 'history',
  what: `the same chain of ${LENGTH} with ${FINISHED.toLocaleString('en')} finished task instances in history`,
  against: 'the chain with none',
  maxRatio: 1.1,
  missing: () => null,
  async measure(rounds, notice) {
    await using young = await startDurableDatabase();
    await using old = await startDurableDatabase();
    for (const { pool } of [young, old]) await registerDag(pool, DAG_ID, chainDag(DAG_ID, LENGTH));
    await fillHistory(old.pool, {
      dagId: DAG_ID,
      tasks: numberedTasks(LENGTH),
      nights: goodNights(FINISHED / LENGTH),
    });
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const baselineMs = await chainMs(young);
      const { result: oursMs, rssBytes } = await withPeakRss(() => chainMs(old));
      notice(`none ${(baselineMs / LENGTH).toFixed(2)} ms a hop, a million ${(oursMs / LENGTH).toFixed(2)}`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};

async function chainMs({ url, pool }: { readonly url: string; readonly pool: Pool }): Promise<number> {
  await using _worker = await startBenchWorker(url, CONCURRENCY);
  await runToEnd(pool, DAG_ID);
  return durationMs(await runToEnd(pool, DAG_ID));
}
