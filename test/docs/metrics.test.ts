import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG } from '../../runner/web/metrics/catalog.ts';
import type { Described } from '../../runner/web/metrics/metric.ts';
import { UP } from '../../runner/web/metrics/routes.ts';
import inventorySync from '../../tasks/metrics/inventory_sync.ts';
import { page } from './pages.ts';

test('docs/observability.md lists each metric with its type, its labels and its meaning', () => {
  const listed = page('observability.md')
    .text.split('\n')
    .filter((line) => /^\| `[a-z_]+` \| (gauge|counter|histogram) \|/.test(line));
  const row = ({ name, type, labels, help }: Described) =>
    `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
  assert.deepEqual(listed, [...CATALOG, ...UP, ...inventorySync.described].map(row));
});
