/** An application that serves /metrics and nothing else, behind the access rules of the page. */
import { Hono } from 'hono';
import type { WebEnv } from '../env.ts';
import { type MetricsSurroundings, mountMetrics } from './routes.ts';
import type { MetricsSources } from './sources.ts';

export interface MetricsAppOptions {
  readonly context: MetricsSurroundings;
  readonly guard: (app: Hono<WebEnv>) => void;
  readonly sources: MetricsSources;
}

export function createMetricsApp({ context, guard, sources }: MetricsAppOptions): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  guard(app);
  mountMetrics(app, context, sources);
  return app;
}
