/** What holds for every page and every form: read by a machine, in both themes, on a desk, on a phone and on paper. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ACTIONS } from '../../../../runner/web/actions/actions.ts';
import { PAGES } from '../../../../runner/web/pages/pages.ts';
import { violationsOf } from '../../../support/axe.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { gate, stepDag, untilAborted } from '../../../support/engine/task_types.ts';
import { SAME_ORIGIN } from '../access/site.ts';
import { openWorld, writeNightly } from './world.ts';

const world = await openWorld({ after });
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
    ...[backfill, `${backfill}/cancel`, `${backfill}/retry_failed`],
    ...['/pools/counting/set', ...MISSING],
  ];
}
const paths = skip ? [] : await everyPath();

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Returns how far the page can be scrolled sideways, in px. */
async function sideways(page: Page): Promise<number> {
  return await page.evaluate<number>(
    `document.documentElement.scrollWidth - document.documentElement.clientWidth`,
  );
}

test('the pages that are checked are all that there are', { skip }, () => {
  for (const { path } of [...PAGES, ...ACTIONS]) {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`);
    assert.ok(
      paths.some((one) => pattern.test(one.replace(/\?.*/, ''))),
      `no path of ${path} is checked`,
    );
  }
});

test('axe finds no violation of WCAG 2.2 AA on any page or form, light and dark, on a desk and on a phone, and none is wider than the phone', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/');
  const wrong: string[] = [];
  for (const path of paths) {
    await page.setViewportSize(DESK);
    await page.emulateMedia({ colorScheme: 'light' });
    const status = (await page.goto(path))?.status();
    if (status !== (MISSING.includes(path) ? 404 : 200)) wrong.push(`${path} answers ${status}`);
    const found = [await violationsOf(page)];
    await page.emulateMedia({ colorScheme: 'dark' });
    found.push(await violationsOf(page, 'contrast'));
    await page.setViewportSize(PHONE);
    found.push(await violationsOf(page));
    await page.emulateMedia({ colorScheme: 'light' });
    found.push(await violationsOf(page, 'contrast'));
    wrong.push(...found.flat().map((violation) => `${path}: ${violation}`));
    const excess = await sideways(page);
    if (excess > 0) wrong.push(`${path} is ${excess} px wider than a phone`);
  }
  assert.deepEqual(wrong, []);
  // The checks are at work: they find what is wrong.
  await page.evaluate(`document.querySelector('main').append(document.createElement('button'))`);
  assert.match(String(await violationsOf(page)), /^button-name, 1 times/);
});
