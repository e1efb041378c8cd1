/** Metrics of task authors, as their files define them. */
import type { Pool } from 'pg';
import type { ConnectionPools } from '../../engine/worker/connection_pools.ts';
import type { Described, GaugeMetric } from './metric.ts';

export interface MetricsContext {
  /** The runner's own database. */
  readonly pool: Pool;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connections: Pick<ConnectionPools, 'postgres'>;
}

export interface MetricsDefinition<Source> {
  readonly metrics: readonly GaugeMetric<Source>[];
  /**
   * Reads the figures of all metrics; null where there are none yet. It changes nothing, takes no more than a few seconds,
   * and is asked once a minute at most, however often `/metrics` is.
   */
  read(context: MetricsContext): Promise<Source | null>;
}

/** A metric whose values are read. */
export type ReadMetric = GaugeMetric<null>;

export interface MetricsSource {
  readonly kind: 'metrics';
  readonly described: readonly Described[];
  read(context: MetricsContext): Promise<readonly ReadMetric[]>;
}

/** Defines the metrics of a file in `tasks/metrics/`: its default export. */
export function defineMetrics<Source>({ metrics, read }: MetricsDefinition<Source>): MetricsSource {
  return {
    kind: 'metrics',
    described: metrics,
    async read(context) {
      const source = await read(context);
      if (source === null) return [];
      return metrics.map((metric) => {
        const samples = metric.samples(source);
        return { ...metric, samples: () => samples };
      });
    },
  };
}

export function isMetricsSource(value: unknown): value is MetricsSource {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'metrics';
}

const NAME = /^[a-z][a-z0-9_]*$/;
const RESERVED = /^(stockflow|process|nodejs)_/;

/** Returns what is wrong with the default export of a file; null for nothing. */
export function definitionProblem(value: unknown): string | null {
  if (!isMetricsSource(value)) return 'its default export is not made by defineMetrics({ metrics, read })';
  const names = value.described.map(({ name }) => name);
  const malformed = names.find((name) => !NAME.test(name));
  if (malformed !== undefined) return `its metric ${malformed} is not named in small letters, digits and "_"`;
  const reserved = names.find((name) => RESERVED.test(name));
  return reserved === undefined ? null : `its metric ${reserved} has a name of the runner's own kind`;
}
