import { type Bench, type Round, timed } from '../bench.ts';
import { withPeakRss } from '../filter/peak_memory.ts';
import { durationMs, registerDag, runToEnd } from '../runs.ts';
import { startDurableDatabase } from './durable_database.ts';
import { RawQueue } from './raw_queue.ts';
import { chainDag, startBenchWorker } from './worker.ts';

const LENGTH = 200;
const CONCURRENCY = 4;

export const hop: Bench = {
  name: 'hop',
  what: `a task ends, its dependent starts: chain of ${LENGTH}`,
  against: 'the same chain as raw graphile-worker jobs, same database',
  maxRatio: 1.5,
  missing: () => null,
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    await registerDag(database.pool, 'bench_chain', chainDag('bench_chain', LENGTH));
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const baselineMs = await (async () => {
        await using queue = await RawQueue.start(database.url, CONCURRENCY);
        // Once before, so that code and statements of both are warm.
        await queue.chain(LENGTH);
        return await timed(() => queue.chain(LENGTH));
      })();
      const { result: oursMs, rssBytes } = await withPeakRss(async () => {
        await using _worker = await startBenchWorker(database.url, CONCURRENCY);
        await runToEnd(database.pool, 'bench_chain');
        return durationMs(await runToEnd(database.pool, 'bench_chain'));
      });
      notice(`raw ${(baselineMs / LENGTH).toFixed(2)} ms a hop, ours ${(oursMs / LENGTH).toFixed(2)}`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};
