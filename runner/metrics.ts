/**
 * For authors of metrics: a file in `tasks/metrics/` whose default export is made by `defineMetrics` adds metrics to `/metrics`.
 * Their readings of connections come from `history.ts`.
 */
export {
  defineMetrics,
  type MetricsContext,
  type MetricsDefinition,
} from './web/metrics/definition.ts';
export { type GaugeMetric, type Labels, type Metric, type Sample, single } from './web/metrics/metric.ts';
