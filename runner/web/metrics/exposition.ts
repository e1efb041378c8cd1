/** Writes metrics as Prometheus reads them. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { GaugeMetric, HistogramMetric, HistogramSample, Labels, Metric } from './metric.ts';

/** Returns the text of metrics with their values of this scrape. */
export async function exposition<Source>(
  metrics: readonly Metric<Source>[],
  source: Source,
): Promise<string> {
  const registry = new Registry();
  const texts: string[] = [];
  for (const metric of metrics) {
    if (metric.type === 'histogram') texts.push(histogramText(metric, metric.samples(source)));
    else add(registry, metric, source);
  }
  return [await registry.metrics(), ...texts].join('\n');
}

function add<Source>(registry: Registry, metric: GaugeMetric<Source>, source: Source): void {
  const { name, help, type, labels: labelNames } = metric;
  const configuration = { name, help, labelNames: [...labelNames], registers: [registry] };
  if (type === 'gauge') {
    const gauge = new Gauge(configuration);
    for (const { labels, value } of metric.samples(source)) gauge.set(labels, value);
  } else {
    const counter = new Counter(configuration);
    for (const { labels, value } of metric.samples(source)) counter.inc(labels, value);
  }
}

/** The histogram of prom-client only counts observations of its own, and these were counted before. */
function histogramText(
  { name, help, bounds }: Pick<HistogramMetric<never>, 'name' | 'help' | 'bounds'>,
  samples: readonly HistogramSample[],
): string {
  const lines = samples.flatMap(({ labels, counts, sum }) => {
    // A count of a bound that is no bucket any more is in those above it.
    const upTo = (bound: number) =>
      [...counts].reduce((total, [at, count]) => (at <= bound ? total + count : total), 0);
    const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound) => {
      const le = Number.isFinite(bound) ? String(bound) : '+Inf';
      return `${name}_bucket${labelText({ ...labels, le })} ${upTo(bound)}`;
    });
    return [
      ...buckets,
      `${name}_sum${labelText(labels)} ${sum}`,
      `${name}_count${labelText(labels)} ${upTo(Number.POSITIVE_INFINITY)}`,
    ];
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}

function labelText(labels: Labels): string {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
