/** The operator's morning on the shipped DAG: the file is too small, a person looks, overrides, and sees what changed. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { loadTaskTypes } from '../../runner/engine/dags/task_types.ts';
import { violationsOf } from '../support/axe.ts';
import { withoutBrowser as skip } from '../support/browser.ts';
import { REPOSITORY, testNight } from '../support/night/night.ts';
import type { Lifetime } from '../support/postgres/database.ts';
import { SHIPPED_PAGES } from '../support/web/app.ts';
import { startBrowserSite } from '../support/web/browser_site.ts';

// Node runs after-hooks first in, first out; the server must stop before the night's database goes.
const cleanUps: (() => Promise<void>)[] = [];
const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** 2025-01-15 was a good night of 1,200 rows; on the next one the file has 900. */
const night = await testNight(own, { world: { flaws: { badRows: 0, contradicted: 10 } } });
await night.startWorker();
const { pool, url, world } = night;
const good = await night.run();
await night.site.putReset({
  snapshotAt: night.snapshotAt.add({ hours: 24 }),
  content: `${night.file.toString().split('\n').slice(0, 901).join('\n')}\n`,
});
const refused = await night.run({ date: world.night.businessDate.add({ days: 1 }) });
const runId = refused.run.runId;
const page = await startBrowserSite(own, {
  ...{ databaseUrl: url, pool, env: night.env, pages: [SHIPPED_PAGES] },
  dagsDir: path.join(REPOSITORY, 'dags'),
  taskTypes: await loadTaskTypes(path.join(REPOSITORY, 'tasks')),
});

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Holds what every page holds, on a desk in the light theme and on a phone in the dark one. */
async function isSound(opened: Page): Promise<void> {
  for (const [viewport, colorScheme] of [[DESK, 'light'] as const, [PHONE, 'dark'] as const]) {
    await opened.setViewportSize(viewport);
    await opened.emulateMedia({ colorScheme });
    assert.deepEqual(await violationsOf(opened), [], opened.url());
  }
  const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  assert.equal(await opened.evaluate(sideways), 0, opened.url());
}

test('on a phone: the first page says why the night was refused; two clicks and a reason override the guard, and what changed is one click further', {
  skip,
}, async (t) => {
  assert.equal(good.run.state, 'success');
  assert.equal(refused.run.state, 'failed');
  const opened = await page.open(t, '/', { viewport: PHONE, hasTouch: true });
  await opened.getByRole('heading', { name: /inventory_sync failed/ }).waitFor();
  await opened.getByText('25 % fewer than the 1200 of the last good night').first().waitFor();
  await opened.getByRole('link', { name: `Look at run ${runId}` }).tap();
  await opened.getByText('What they change is unchanged').first().waitFor();
  await opened.getByRole('link', { name: /^Override/ }).tap();
  await opened.getByLabel('Reason').fill('store 12 closed');
  await opened.getByRole('button', { name: /^Override/ }).tap();
  await opened.locator('.done', { hasText: 'run again' }).waitFor();
  assert.equal((await night.ended(runId)).run.state, 'success');
  await opened
    .locator('.head', { hasText: `run ${runId}` })
    .getByText('success')
    .waitFor();
  await opened.getByRole('link', { name: 'What it changed' }).tap();
  await opened.getByRole('heading', { name: 'By reason' }).waitFor();
  const { rows } = await pool.query<{ actor: string; channel: string; reason: string }>(
    `select actor, channel, reason from audit.event where run_id = $1 and action = 'run.params_changed'`,
    [runId],
  );
  assert.deepEqual(rows, [{ actor: 'owner', channel: 'web', reason: 'store 12 closed' }]);
});

test('the pages of the inventory are sound: what a night changed, and an item over the nights', {
  skip,
}, async (t) => {
  const opened = await page.open(t, `/changes/${good.run.runId}`);
  await isSound(opened);
  await opened.setViewportSize(DESK);
  const item = opened.locator('a[href^="/items/"]').first();
  const sku = (await item.innerText()).trim();
  await item.click();
  await opened.getByRole('heading', { level: 1, name: sku }).waitFor();
  await isSound(opened);
  for (const at of [
    '/changes',
    '/items',
    '/items/no_such_item',
    `/runs/${runId}`,
    `/runs/${runId}/tasks/reset_inventory`,
  ]) {
    await opened.goto(at);
    await isSound(opened);
  }
});

test('a SKU that is a script is text, in the address and in the OMS', { skip }, async (t) => {
  const script = '"><script>globalThis.ran = 1</script><img src=x onerror="globalThis.ran = 1">';
  const { rows } = await pool.query<{ product_id: string }>(
    `update oms.good_identification set id_value = $1
      where ctid = (select g.ctid from oms.good_identification g where g.good_identification_type_id = 'SKU' limit 1)
      returning product_id`,
    [script],
  );
  assert.equal(rows.length, 1);
  for (const at of [
    `/items/${encodeURIComponent(script)}`,
    `/items?sku=${encodeURIComponent(`x${script}`)}`,
  ]) {
    const opened = await page.open(t, at);
    await opened.getByText(script).first().waitFor();
    assert.equal(await opened.locator('img, body script').count(), 0);
    assert.equal(await opened.evaluate('globalThis.ran ?? null'), null);
  }
});
