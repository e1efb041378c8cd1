/** How a page is read: by keyboard, on paper, without motion, and by the URL that a colleague was sent. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { FailTask } from '../../../../runner/task.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { gate, stepDag, untilAborted } from '../../../support/engine/task_types.ts';
import { openWorld, writeNightly } from './world.ts';

const world = await openWorld({ after });
const { engine, work } = world;
await writeNightly(world, () => false);
await engine.startWorker();
const good = await engine.run('nightly', { params: { override: 'counted by hand' } });
const failed = await engine.run('nightly');
const RUN = `/runs/${failed.run.runId}`;

async function focusedName(page: Page): Promise<string | null> {
  return await page.evaluate(`document.activeElement.getAttribute('aria-label')`);
}

test('arrow keys move in the grid from cell to cell, each with a name and room for a thumb, and Enter opens it', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/dags/nightly');
  const cells = await page.evaluate<readonly { name: string | null; width: number; height: number }[]>(
    `[...document.querySelectorAll('table.grid td a')].map((cell) => {
      const { width, height } = cell.getBoundingClientRect();
      return { name: cell.getAttribute('aria-label'), width, height };
    })`,
  );
  assert.equal(cells.length, 8);
  for (const { name, width, height } of cells) {
    assert.ok(width >= 24 && height >= 24, `${name} is ${width} x ${height} px`);
    assert.match(
      String(name),
      /^(fetch|check|load|report), \w{3} \d\d \w{3}, (success|failed|upstream failed)$/,
    );
  }
  await page.locator('table.grid td a').first().focus();
  const moves = [
    ['ArrowDown', /^check, .*, success$/],
    ['ArrowRight', /^check, .*, failed$/],
    ['ArrowRight', /^check, .*, failed$/],
    ['ArrowDown', /^load, .*, upstream failed$/],
    ['ArrowLeft', /^load, .*, success$/],
    ['ArrowUp', /^check, .*, success$/],
    ['ArrowUp', /^fetch, .*, success$/],
    ['ArrowUp', /^run \d+, .*, success, took /],
  ] as const;
  for (const [key, name] of moves) {
    await page.keyboard.press(key);
    assert.match(String(await focusedName(page)), name, key);
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/runs/${good.run.runId}`);
});

test('a filter, a chosen attempt and a log line are in the URL, and are there again after a reload and after Back', {
  skip,
}, async (t) => {
  let attempts = 0;
  work.on('again', async ({ log }) => {
    attempts += 1;
    for (let line = 1; line <= 80; line += 1) log.info(`attempt ${attempts}, step ${line}`);
    if (attempts === 1) throw new FailTask('the first attempt fails');
  });
  await engine.writeDag('twice', stepDag('twice', ['task_id: again, retries: 0']));
  const { run } = await engine.run('twice');
  const page = await world.open(t, `/runs/${run.runId}/tasks/again`);
  await page.getByRole('button', { name: 'Retry again' }).click();
  await page.locator('.done').waitFor();
  await engine.ended(run.runId);

  await page.goto('/runs');
  await page.getByLabel('State').selectOption('failed');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL('**/runs?*state=failed*');
  const isFiltered = async () => {
    assert.equal(await page.getByLabel('State').inputValue(), 'failed');
    assert.equal(await page.locator('tbody tr').count(), 1);
  };
  await isFiltered();
  await page.reload();
  await isFiltered();

  await page.goto(`/runs/${run.runId}/tasks/again`);
  await page.getByRole('heading', { name: 'Log of attempt 2' }).waitFor();
  await page.getByRole('link', { name: 'attempt 1' }).click();
  await page.getByRole('heading', { name: 'Log of attempt 1' }).waitFor();
  const line = page.locator('.log-line', { hasText: 'attempt 1, step 40' });
  await line.getByRole('link').click();
  const target = page.locator('.log-line:target', { hasText: 'attempt 1, step 40' });
  const isAtLine = async () => {
    await page.getByRole('heading', { name: 'Log of attempt 1' }).waitFor();
    assert.match(page.url(), /\?try=1#L\d+$/);
    await target.waitFor();
    const box = await target.boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.y < 900, `the line is at ${box?.y}`);
  };
  await isAtLine();
  await page.reload();
  await isAtLine();
  await page.getByRole('link', { name: `run ${run.runId}` }).click();
  await page.waitForURL(`**/runs/${run.runId}`);
  await page.goBack();
  // The browser goes back to where the reader was on the page.
  await target.waitFor();
  await page.getByRole('heading', { name: 'Log of attempt 1' }).waitFor();
});

test('on paper a page is its content alone, in the light theme, with whole logs and tables', {
  skip,
}, async (t) => {
  const page = await world.open(t, `${RUN}/tasks/check`, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('navigation').isVisible(), false);
  assert.deepEqual(await page.locator('button:visible, a.button:visible, .skip:visible').allInnerTexts(), []);
  await page.getByRole('heading', { name: 'check', level: 1 }).waitFor();
  await page.locator('.log-line.log-error').waitFor();
  const styles = await page.evaluate<Record<string, string>>(`({
    ink: getComputedStyle(document.body).color,
    log: getComputedStyle(document.querySelector('.log')).maxHeight,
  })`);
  assert.deepEqual(styles, { ink: 'rgb(28, 33, 40)', log: 'none' });
});

test('what runs turns, and does not for a reader who asked for no motion', { skip }, async (t) => {
  const begun = gate();
  work.on('long', async ({ signal }) => {
    begun.open();
    return await untilAborted(signal);
  });
  await engine.writeDag('long', stepDag('long', ['task_id: long']));
  const page = await world.open(t, '/dags/long/trigger');
  await page.getByRole('button', { name: 'Trigger long' }).click();
  await page.locator('.s-running .mark').first().waitFor();
  await begun.opened;
  const moving = `document.getAnimations().length`;
  assert.ok((await page.evaluate<number>(moving)) > 0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.equal(await page.evaluate(moving), 0);
});
