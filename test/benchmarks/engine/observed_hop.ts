/** The chain of `hop` beside itself: what it costs that people are told, and that traces are made. */
import { trace } from '@opentelemetry/api';
import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { AlertDeliverer } from '../../../runner/testing.ts';
import { RunIdGenerator } from '../../../runner/tracing.ts';
import type { Bench, Round } from '../bench.ts';
import { withPeakRss } from '../filter/peak_memory.ts';
import { durationMs, registerDag, runToEnd } from '../runs.ts';
import { type DurableDatabase, quiet, startDurableDatabase } from './durable_database.ts';
import { chainDag, startBenchWorker } from './worker.ts';

const LENGTH = 200;
const CONCURRENCY = 4;
const PLAIN = 'bench_chain';
const OBSERVED = 'bench_observed';

const ALERTS =
  'alerts: [{on: [failed, deadline_missed, not_started, slow, recovered, warning], to: [desk, mail]}]';

export const hopAlerts: Bench = {
  ...beside('with alerts of every kind to two channels'),
  name: 'hop_alerts',
  maxRatio: 1.03,
  measure: (rounds, notice) =>
    measureBeside({ rounds, notice, extra: [ALERTS] }, ({ url, pool }) =>
      startBenchWorker(url, CONCURRENCY, {
        alertsTo: ['desk'],
        alertSender: new AlertDeliverer({
          ...{ pool, env: {}, log: quiet, commandWords: () => [], webUrl: null },
        }),
      }),
    ),
};

export const hopTraces: Bench = {
  ...beside('with a span for each attempt, in batches to an exporter in memory'),
  name: 'hop_traces',
  maxRatio: 1.5,
  measure: (rounds, notice) =>
    measureBeside({ rounds, notice, extra: [] }, async ({ url }) => {
      const provider = new NodeTracerProvider({
        idGenerator: new RunIdGenerator(),
        spanProcessors: [new BatchSpanProcessor(new InMemorySpanExporter())],
      });
      provider.register();
      const worker = await startBenchWorker(url, CONCURRENCY);
      return {
        async [Symbol.asyncDispose]() {
          await worker[Symbol.asyncDispose]();
          await provider.shutdown();
          trace.disable();
        },
      };
    }),
};

function beside(what: string): Pick<Bench, 'what' | 'against' | 'missing'> {
  return {
    what: `the chain of ${LENGTH} ${what}`,
    against: 'the same chain without, same database',
    missing: () => null,
  };
}

interface Measuring {
  readonly rounds: number;
  readonly notice: (line: string) => void;
  /** Further keys of the DAG that is observed. */
  readonly extra: readonly string[];
}

/** Measures the plain chain and the observed one in turn; which of them is first changes with every round. */
async function measureBeside(
  { rounds, notice, extra }: Measuring,
  startObserved: (database: DurableDatabase) => Promise<AsyncDisposable>,
): Promise<readonly Round[]> {
  await using database = await startDurableDatabase();
  await registerDag(database.pool, PLAIN, chainDag(PLAIN, LENGTH));
  await registerDag(database.pool, OBSERVED, chainDag(OBSERVED, LENGTH, extra));
  const plain = () => startBenchWorker(database.url, CONCURRENCY);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = () => withPeakRss(() => chainMs(database, OBSERVED, () => startObserved(database)));
    const first = round % 2 === 1 ? await ours() : null;
    const baselineMs = await chainMs(database, PLAIN, plain);
    const { result: oursMs, rssBytes } = first ?? (await ours());
    notice(`without ${(baselineMs / LENGTH).toFixed(2)} ms a hop, with ${(oursMs / LENGTH).toFixed(2)}`);
    measured.push({ baselineMs, oursMs, rssBytes });
  }
  return measured;
}

/** Runs the chain once to warm up, and returns the time of a second run. */
async function chainMs(
  { pool }: DurableDatabase,
  dagId: string,
  start: () => Promise<AsyncDisposable>,
): Promise<number> {
  await using _worker = await start();
  await runToEnd(pool, dagId);
  return durationMs(await runToEnd(pool, dagId));
}
