/** A site with a history of every kind, the path of every page and form of it, and the ways to look at one. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { openApprovals } from '../../../../runner/store/task/approval.ts';
import { violationsOf } from '../../../support/axe.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { gate, stepDag, untilAborted } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { SAME_ORIGIN } from '../access/site.ts';
import { openWorld, writeNightly } from './world.ts';

export const world = await openWorld({ after });
const { engine, work, site } = world;

await writeNightly(world, () => false);
const begun = gate();
work.on('first', async ({ progress, signal }) => {
  progress({ done: 12, total: 48, unit: 'rows' });
  begun.open();
  return await untilAborted(signal);
});
work.on('list', () => [1, 2, 3]);
await engine.writeDag(
  'long',
  stepDag('long', [
    'task_id: first, pool: counting',
    'task_id: second, depends_on: [first], not_before: "23:59"',
  ]),
);
work.on('publish', async ({ approval }) => {
  await approval({ question: 'Publish 900 rows', timeoutMs: 3_600_000 });
});
await engine.writeDag('asking', stepDag('asking', ['task_id: publish']));
await engine.writeDag(
  'mapped',
  stepDag('mapped', [
    'task_id: list',
    'task_id: each, depends_on: [list], map_over: "${{ tasks.list.output }}"',
  ]),
);
await engine.writeDag('broken', 'dag_id: broken\ntimezone: UTC\nschedule: null\ntasks: []\n');
await engine.startWorker();

/** Sends a form. @returns the path that it leads to */
async function sent(path: string, form: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams(form).toString();
  const { headers, status } = await site.send({ method: 'POST', path, headers: SAME_ORIGIN, body });
  assert.equal(status, 303);
  return String(headers.location);
}

/** Their pages say what there is not. */
const MISSING = ['/runs/4711', '/nowhere'];

const RANGE = {
  dag: 'nightly',
  from: '2026-01-01',
  to: '2026-01-03',
  reprocess: 'none',
  order: 'oldest_first',
  max_active_runs: '1',
  time_edges: 'collapse',
};

/** Makes a history, and returns the path of every page and form over it. */
async function everyPath(): Promise<readonly string[]> {
  const good = await engine.run('nightly', { params: { override: 'counted by hand' } });
  const failed = await engine.run('nightly');
  const mapped = await engine.run('mapped');
  const long = await sent('/dags/long/trigger', { time_edges: 'keep', reason: 'a look' });
  await begun.opened;
  const asking = await sent('/dags/asking/trigger', { time_edges: 'keep', reason: 'a look' });
  await until('the question', async () => (await openApprovals(engine.pool, null)).length > 0);
  const backfill = await sent('/backfills/new', RANGE);
  const [goodRun, failedRun, mappedRun] = [good, failed, mapped].map(({ run }) => `/runs/${run.runId}`);
  return [
    ...['/', '/dags', '/runs', '/runs?state=cancelled', '/backfills', '/alerts', '/audit', '/workers'],
    ...['/dags/nightly', '/dags/nightly?state=failed', '/dags/long', '/dags/broken'],
    ...['/dags/nightly/versions/1', '/dags/nightly/trigger', '/dags/nightly/pause', '/dags/nightly/resume'],
    ...[`${goodRun}`, `${failedRun}`, `${failedRun}?state=failed`, `${mappedRun}`, long],
    ...[`${failedRun}/tasks/check`, `${failedRun}/tasks/load`, `${long}/tasks/first`, `${long}/tasks/second`],
    ...[`${mappedRun}/tasks/each`, `${mappedRun}/tasks/each?map=1`],
    ...[`${failedRun}/clear`, `${failedRun}/clear?task=check&downstream=on`, `${long}/cancel`],
    ...[`${failedRun}/tasks/check/mark`, `${failedRun}/tasks/check/override`, `${long}/tasks/first/cancel`],
    ...['/backfills/new', `/backfills/new?${new URLSearchParams(RANGE)}`],
    ...[asking, `${asking}/tasks/publish`, `${asking}/tasks/publish/approval`],
    ...[backfill, `${backfill}/cancel`, `${backfill}/retry_failed`],
    ...['/pools/counting/set', ...MISSING],
  ];
}
export const paths = skip ? [] : await everyPath();

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

export const VIEWS = [
  { viewport: DESK, colorScheme: 'light' },
  { viewport: DESK, colorScheme: 'dark' },
  { viewport: PHONE, colorScheme: 'dark' },
  { viewport: PHONE, colorScheme: 'light' },
] as const;

export type View = (typeof VIEWS)[number];

/** Opens a path, and returns what is wrong with it in some views: for eyes, for a reader's machine, in its width. */
export async function wrongWith(
  page: Page,
  path: string,
  views: readonly View[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const status = (await page.goto(path))?.status();
  if (status !== (MISSING.includes(path) ? 404 : 200)) wrong.push(`answers ${status}`);
  for (const { viewport, colorScheme } of views) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    wrong.push(...(await violationsOf(page)));
    const excess = await sideways(page);
    if (excess > 0) wrong.push(`is ${excess} px wider than ${viewport.width} px`);
  }
  return wrong.map((what) => `${path}: ${what}`);
}

/** Returns how far the page can be scrolled sideways, in px. */
async function sideways(page: Page): Promise<number> {
  return await page.evaluate<number>(
    `document.documentElement.scrollWidth - document.documentElement.clientWidth`,
  );
}
