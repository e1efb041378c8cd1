import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { CATALOG } from '../../runner/web/metrics/catalog.ts';
import type { Described } from '../../runner/web/metrics/metric.ts';
import { UP } from '../../runner/web/metrics/routes.ts';
import inventorySync from '../../tasks/metrics/inventory_sync.ts';
import { page } from '../docs/pages.ts';
import { askedSeries, dashboard, expressions, namesIn, RULES } from '../support/monitoring.ts';
import { promtool, withoutPromtool } from '../support/promtool.ts';

/** Every name that a scrape can hold; tests of scrapes show that they hold what is asked for. */
const served: ReadonlySet<string> = new Set(
  [...CATALOG, ...UP]
    .flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    )
    .concat(inventorySync.described.map(({ name }) => name)),
);

test('every metric that the dashboard and the rules name is served', () => {
  const asked = askedSeries();
  assert.ok(asked.length > 30, String(asked.length));
  assert.deepEqual(
    asked.filter((name) => !served.has(name)),
    [],
  );
});

test('the dashboard shows every metric of the runner but those that say what a rule says', () => {
  const shown = new Set(
    namesIn(expressions.join('\n')).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
  );
  const left = [...CATALOG, ...UP].map(({ name }) => name).filter((name) => !shown.has(name));
  assert.deepEqual(left.sort(), [
    'stockflow_alert_pending_deliveries',
    'stockflow_dag_invalid',
    'stockflow_dag_last_success_scheduled_timestamp_seconds',
    'stockflow_dag_paused',
    'stockflow_metrics_source_up',
    'stockflow_pool_waiting_tasks',
  ]);
});

test('the panels of the dashboard say what they show, take their data source from the variable, and do not overlap', () => {
  assert.deepEqual(
    dashboard.templating.list.map(({ name }) => name),
    ['datasource', 'dag'],
  );
  const taken = new Set<string>();
  for (const { title, type, description, gridPos, targets } of dashboard.panels) {
    assert.ok(type === 'row' || description, title);
    for (const { datasource } of targets) assert.equal(datasource.uid, `\${datasource}`, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(x < 24 && !taken.has(`${x}/${y}`), title);
        taken.add(`${x}/${y}`);
      }
    }
  }
});

test('promtool reads the rules, and they fire where they must and nowhere else', {
  skip: withoutPromtool,
}, () => {
  const cwd = path.dirname(RULES);
  const checked = promtool(['check', 'rules', 'stockflow.rules.yml'], { cwd });
  assert.equal(checked.status, 0, checked.output);
  const tested = promtool(['test', 'rules', 'stockflow.rules.test.yml'], { cwd });
  assert.equal(tested.status, 0, tested.output);
});

test('promtool reads every expression of the dashboard', { skip: withoutPromtool }, async () => {
  const rules = expressions.map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$dag', '.*'),
  }));
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-dashboard-'));
  try {
    const file = path.join(folder, 'rules.yml');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, output } = promtool(['check', 'rules', file]);
    assert.equal(status, 0, output);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('docs/observability.md lists each metric with its type, its labels and its meaning', () => {
  const listed = page('observability.md')
    .text.split('\n')
    .filter((line) => /^\| `[a-z_]+` \| (gauge|counter|histogram) \|/.test(line));
  const row = ({ name, type, labels, help }: Described) =>
    `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
  assert.deepEqual(listed, [...CATALOG, ...UP, ...inventorySync.described].map(row));
});
