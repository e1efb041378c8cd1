import { type Bench, type Round, timed } from '../bench.ts';
import { withPeakRss } from '../filter/peak_memory.ts';
import { durationMs, registerDag, runToEnd } from '../runs.ts';
import { startDurableDatabase } from './durable_database.ts';
import { RawQueue } from './raw_queue.ts';
import { startBenchWorker, wideDag } from './worker.ts';

const COUNT = 10_000;
const CONCURRENCY = 10;

export const wide: Bench = {
  name: 'wide',
  what: `${COUNT} no-op task instances in one run, ${CONCURRENCY} concurrent`,
  against: `${COUNT} raw graphile-worker jobs, same settings`,
  // At least half of its throughput.
  maxRatio: 2,
  missing: () => null,
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    await registerDag(database.pool, 'bench_wide', wideDag('bench_wide', COUNT));
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const baselineMs = await (async () => {
        await using queue = await RawQueue.start(database.url, CONCURRENCY);
        return await timed(() => queue.wide(database.pool, COUNT));
      })();
      const { result: oursMs, rssBytes } = await withPeakRss(async () => {
        await using _worker = await startBenchWorker(database.url, CONCURRENCY);
        return durationMs(await runToEnd(database.pool, 'bench_wide'));
      });
      notice(`raw ${perSecond(baselineMs)} jobs/s, ours ${perSecond(oursMs)} instances/s`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};

function perSecond(ms: number): string {
  return ((COUNT / ms) * 1000).toFixed(0);
}
