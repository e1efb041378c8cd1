/** Reads the series that the shipped dashboard and rules ask Prometheus for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const RULES = path.join(ROOT, 'deploy/prometheus/stockflow.rules.yml');

const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      type: z.string(),
      description: z.string().optional(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string(), datasource: z.object({ uid: z.string() }) })).default([]),
    }),
  ),
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
});

export const dashboard = dashboardSchema.parse(
  JSON.parse(readFileSync(path.join(ROOT, 'deploy/grafana/stockflow.json'), 'utf8')),
);

export const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Returns the names of metrics in a text, each once. */
export function namesIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b(stockflow|inventory_sync)_[a-z_]+/g) ?? [])].sort();
}

/** Returns the names of the series that the dashboard and the rules ask for. */
export function askedSeries(): readonly string[] {
  const rules = readFileSync(RULES, 'utf8').replaceAll(/^#.*$/gm, '').replaceAll('name: inventory_sync', '');
  return namesIn(`${expressions.join('\n')}\n${rules}`);
}
