/** `/metrics`: what Prometheus scrapes. */
import type { Hono } from 'hono';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import { type Figures, readFigures } from '../../view/metrics/figures.ts';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';
import { CATALOG } from './catalog.ts';
import { exposition } from './exposition.ts';
import { type Metric, single } from './metric.ts';
import type { MetricsSources, SourceReading } from './sources.ts';

interface Reached {
  readonly isDatabaseUp: boolean;
  readonly readings: readonly SourceReading[];
}

/** The metrics of the scrape itself. */
export const UP: readonly Metric<Reached>[] = [
  single(
    {
      name: 'stockflow_database_up',
      type: 'gauge',
      help: '1 while the database answers; without it all other metrics of the runner are absent.',
    },
    ({ isDatabaseUp }) => Number(isDatabaseUp),
  ),
  {
    name: 'stockflow_metrics_source_up',
    type: 'gauge',
    help: '1 if the metrics of this file of task authors could be read within the last minute.',
    labels: ['source'],
    samples: ({ readings }) =>
      readings.map(({ source, isRead }) => ({ labels: { source }, value: Number(isRead) })),
  },
];

/** The part of a process that a scrape reads. */
export type MetricsSurroundings = Pick<WebContext, 'pool' | 'log' | 'env' | 'connections'>;

/** @param sources those of task authors; null for none */
export function mountMetrics(
  app: Hono<WebEnv>,
  context: MetricsSurroundings,
  sources: MetricsSources | null,
): void {
  const figures = shared(() => figuresOf(context));
  app.get('/metrics', async (c) => {
    const read = await figures();
    const readings = read === null || sources === null ? [] : await sources.read(context);
    const texts = [
      await exposition(UP, { isDatabaseUp: read !== null, readings }),
      ...(read === null ? [] : [await exposition(CATALOG, read)]),
      await exposition(
        readings.flatMap(({ metrics }) => metrics),
        null,
      ),
      await ownProcess().metrics(),
    ];
    return c.body(texts.join('\n'), 200, {
      'content-type': Registry.PROMETHEUS_CONTENT_TYPE,
      'cache-control': 'no-store',
    });
  });
}

const MISNAMED = ['handles', 'requests', 'resources'].map((kind) => `nodejs_active_${kind}_total`);
let own: Registry | null = null;

/** Returns the metrics of this process itself: processor, memory, event loop. Nobody measures before somebody asks. */
function ownProcess(): Registry {
  if (own === null) {
    own = new Registry();
    collectDefaultMetrics({ register: own });
    // Gauges with the names of counters; the metrics without the ending say the same.
    for (const name of MISNAMED) own.removeSingleMetric(name);
  }
  return own;
}

/** Returns null while the database cannot be reached: the process is there all the same, and says so. */
async function figuresOf({ pool, log }: MetricsSurroundings): Promise<Figures | null> {
  try {
    return await readFigures(pool);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    log.warn('the database is unavailable', { path: '/metrics', error: errorFacts(error).errorText });
    return null;
  }
}

/** Returns the value that is being made for those who ask meanwhile. */
function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | null = null;
  return () => {
    making ??= make().finally(() => {
      making = null;
    });
    return making;
  };
}
