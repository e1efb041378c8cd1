/** Text that people and files put on a page stays text. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { FailTask } from '../../../../runner/task.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { gate, stepDag } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { openWorld } from './world.ts';

/** Text, an attribute and a URL are left by it, and each of its ways to run a script is a different one. */
const SCRIPT = '"><script>globalThis.ran = 1</script><img src=x onerror="globalThis.ran = 1">';
/** Says where a text comes from. */
const evil = (where: string) => `${where} ${SCRIPT}`;
const quoted = (where: string) => JSON.stringify(evil(where));

const pagesDir = await mkdtemp(path.join(tmpdir(), 'stockflow-pages-'));
after(() => rm(pagesDir, { recursive: true, force: true }));
await writeFile(path.join(pagesDir, 'gone.ts'), `throw new Error(${quoted('error of a file')});`);

const world = await openWorld({ after }, { pages: [pagesDir] });
const { engine, work } = world;
const { pool } = engine;
const held = gate();
after(async () => held.open());

work.on('talks', async ({ log, files, warn, params }) => {
  log.warn(evil('log line'), { [evil('fact name')]: evil('fact') });
  await warn(evil('warning'), {}, { remedy: { artifact: { label: evil('label'), name: 'rows.csv' } } });
  await files.publish('artifact:rows.csv', 'a\n1\n');
  await files.recordRead({
    ...{ location: `sftp://elsewhere/out/${evil('file')}`, bytes: 3, sha256: 'a'.repeat(64), rows: 1 },
  });
  return { said: evil('output'), given: params.given ?? null };
});
work.on('fails', async () => {
  await held.opened;
  throw new FailTask(evil('error'), {
    remedy: { clear: { label: evil('proposal'), scope: 'task', params: { given: evil('proposed') } } },
  });
});
const yaml = stepDag(
  'talking',
  ['task_id: talks, with: {given: "${{ params.given }}"}', 'task_id: fails, depends_on: [talks], retries: 0'],
  [
    `description: ${quoted('description')}`,
    `params: {given: {type: string, default: ${quoted('default')}, description: ${quoted('of a param')}}}`,
  ],
);
await engine.writeDag('talking', yaml);
await engine.startWorker();

/** Nothing of a text has become an element, and no script of one has run; its text is seen. */
async function isText(page: Page, ...seen: readonly string[]): Promise<void> {
  for (const where of seen) {
    // A value of JSON stands between quotation marks, with a backslash before its own.
    const forms = [evil(where), quoted(where).slice(1, -1)];
    const isSeen = `${JSON.stringify(forms)}.some((text) => document.body.innerText.includes(text))`;
    await until(`the ${where} on ${page.url()}`, async () => (await page.evaluate<boolean>(isSeen)) || null);
  }
  const made = `document.querySelectorAll('img, body script, [onerror]').length`;
  assert.equal(await page.evaluate(made), 0, page.url());
  assert.equal(await page.evaluate('globalThis.ran ?? null'), null, page.url());
}

test('no text of a DAG, a task, a file, a person or a request becomes an element or runs a script, when a page is loaded and when it is patched', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/dags/talking');
  await isText(page, 'description');
  await page.goto('/dags/talking/trigger');
  await isText(page, 'description', 'of a param');
  await page.getByLabel('given').fill(evil('param'));
  await page.getByLabel('Business date').evaluate((element) => element.setAttribute('type', 'text'));
  await page.getByLabel('Business date').fill(evil('a date'));
  await page.getByLabel('Reason').fill(evil('reason'));
  await page.getByRole('button', { name: 'Trigger talking' }).click();
  await isText(page, 'a date');
  assert.equal(await page.getByLabel('given').inputValue(), evil('param'));
  await page.getByLabel('Business date').fill('');
  await page.getByRole('button', { name: 'Trigger talking' }).click();
  await page.waitForURL('**/runs/1');
  await page.getByText('fails has been running').waitFor();
  await isText(page, 'param', 'reason');
  // The rest comes over the connection of the live updates, which patches the page in place.
  held.open();
  await isText(page, 'error', 'warning');
  await engine.ended(1);
  // Neither is anybody's to choose; a page does not rely on that.
  await pool.query('update stockflow.worker set host = $1', [evil('host')]);
  await pool.query('update stockflow.artifact set name = $1', [evil('artifact')]);

  const paths: Readonly<Record<string, readonly string[]>> = {
    '/': ['error'],
    '/runs': ['reason'],
    '/runs/1': ['error', 'warning', 'reason', 'param', 'artifact'],
    '/runs/1/tasks/talks': ['log line', 'fact', 'file', 'output'],
    '/runs/1/tasks/fails': ['error'],
    '/runs/1/tasks/fails/override': ['error', 'proposed'],
    '/runs/1/clear': [],
    '/dags/talking/versions/1': [],
    '/audit': ['error', 'reason', 'warning'],
    '/workers': ['host'],
    '/gone': ['error of a file'],
  };
  for (const [at, seen] of Object.entries(paths)) {
    await page.goto(at);
    await isText(page, ...seen);
  }
  const inUrl = encodeURIComponent(SCRIPT);
  for (const at of [
    ...[`/runs/${inUrl}`, `/runs?state=${inUrl}&dag=${inUrl}`, `/audit?actor=${inUrl}&run=${inUrl}`],
    ...[`/dags/${inUrl}`, `/dags/talking?state=${inUrl}`, `/runs/1/tasks/${inUrl}`, `/${inUrl}`],
    ...[`/backfills/new?dag=${inUrl}&from=${inUrl}&to=${inUrl}`, `/runs/1/clear?task=${inUrl}`],
  ]) {
    await page.goto(at);
    await isText(page);
  }
});

test('a file that is not valid, and what was just done, are text too', { skip }, async (t) => {
  await engine.writeDag('talking', yaml.replace('timezone: UTC', `timezone: ${quoted('zone')}`));
  const page = await world.open(t, '/dags/talking');
  await isText(page);
  await page.locator('#file', { hasText: 'globalThis.ran' }).waitFor();
  await page
    .context()
    .addCookies([{ name: 'stockflow_done', value: encodeURIComponent(evil('done')), url: world.url }]);
  await page.goto('/runs');
  await isText(page, 'done');
});
