/** The operator's path at 7 a.m.: the first page, the cause, the retry, in the three ways in which people use a page. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { LOCAL_PERSON, openWorld, writeNightly } from './world.ts';

const world = await openWorld({ after });
const { engine } = world;
let isThere = false;
await writeNightly(world, () => isThere);
await engine.startWorker();

/** A night that has failed; what it reads comes afterwards. */
async function failedNight(t: TestContext): Promise<number> {
  isThere = false;
  const { run } = await engine.run('nightly');
  assert.equal(run.state, 'failed');
  isThere = true;
  t.after(async () => {
    const events = await world.eventsOf('task.cleared');
    assert.deepEqual(events.at(-1), { actor: LOCAL_PERSON, channel: 'web', reason: null });
  });
  return run.runId;
}

const CAUSE = 'the file has 900 rows, 25 % fewer than the last one';
const READ_LOG = 'Read the log of check';
const RETRY = /^Retry check/;

/** The place to which the reader has gone: the newest line of the log is in view. */
async function seesCause(page: Page): Promise<void> {
  const line = page.locator('.log-line.log-error', { hasText: CAUSE });
  await line.waitFor();
  const box = await line.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  assert.ok(box !== null && box.y >= 0 && box.y + box.height <= height, `the cause is at ${box?.y}`);
}

async function endsWell(page: Page, runId: number): Promise<void> {
  assert.equal((await engine.ended(runId)).run.state, 'success');
  await page
    .getByRole('heading', { level: 1 })
    .filter({ hasText: `run ${runId}` })
    .waitFor();
  await page
    .locator('.head', { hasText: `run ${runId}` })
    .getByText('success')
    .waitFor();
}

test('by mouse: one click from the first page to the cause, one more to the retry, and the page shows its success by itself', {
  skip,
}, async (t) => {
  const runId = await failedNight(t);
  const page = await world.open(t, '/');
  await page.getByRole('heading', { name: /nightly failed/ }).waitFor();
  await page.getByText(`check: ${CAUSE}`).waitFor();
  await page.getByRole('link', { name: READ_LOG }).click();
  await seesCause(page);
  await page.getByRole('button', { name: 'Retry check and 2 after it' }).click();
  await page.getByRole('status').filter({ hasText: 'run again' }).waitFor();
  await endsWell(page, runId);
});

/** Presses Tab until the named thing has the focus, and holds that the focus is seen. */
async function tabTo(page: Page, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press(key);
    const focused = await page.evaluate<{ text: string; outline: string; top: number }>(`(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const text = element.getAttribute('aria-label') ?? element.textContent.trim();
      return { text, outline: outlineStyle + ' ' + outlineWidth, top: element.getBoundingClientRect().top };
    })()`);
    assert.equal(focused.outline, 'solid 2px', `the focus on ${focused.text} is not seen`);
    assert.ok(focused.top >= 0, `${focused.text} has the focus above the window`);
    if (typeof name === 'string' ? focused.text === name : name.test(focused.text)) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

test('by keyboard alone: the navigation is skipped, the focus is seen everywhere, and Enter does the rest', {
  skip,
}, async (t) => {
  const runId = await failedNight(t);
  const page = await world.open(t, '/');
  await tabTo(page, 'Skip to the page');
  await page.keyboard.press('Enter');
  // The first thing that Tab reaches lies in the page, behind the navigation.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(`document.activeElement.closest('main')?.id`), 'main');
  await tabTo(page, READ_LOG);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/runs/${runId}/tasks/check#log-end`);
  await seesCause(page);
  // The link has put the place of the focus at the end of the log; what can be done stands above it.
  await tabTo(page, RETRY, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/runs/${runId}`);
  await endsWell(page, runId);
});

test('without JavaScript: the same path on a phone, and a reload shows how it ended', { skip }, async (t) => {
  const runId = await failedNight(t);
  const page = await world.open(t, '/', {
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  await page.getByRole('link', { name: READ_LOG }).tap();
  await seesCause(page);
  await page.getByRole('button', { name: RETRY }).tap();
  await page.getByRole('status').filter({ hasText: 'run again' }).waitFor();
  assert.equal((await engine.ended(runId)).run.state, 'success');
  await page.reload();
  await endsWell(page, runId);
  assert.equal(await page.getByRole('status').count(), 0);
});
