import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page as BrowserPage } from 'playwright-core';
import { cancelRun } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { readAttemptLog } from '../../../../runner/store/task/log.ts';
import { each, html } from '../../../../runner/web/html/html.ts';
import { logList } from '../../../../runner/web/live/log_lines.ts';
import type { Page } from '../../../../runner/web/page.ts';
import { testBrowser, withoutBrowser } from '../../../support/browser.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { gate, stepDag, steps } from '../../../support/engine/task_types.ts';
import { startProxy } from '../../../support/tcp_proxy.ts';
import { until } from '../../../support/until.ts';
import { startLiveApp } from '../../../support/web/live_app.ts';

const work = steps();
const engine = await testEngine({ after }, [work.type]);
await engine.startWorker();
const { url, pool } = engine;
const browser = testBrowser({ after });
const BY = { actor: 'operator', channel: 'cli' } as const;
const skip = withoutBrowser;

async function newRun(dagId: string): Promise<number> {
  await engine.writeDag(dagId, stepDag(dagId, [`task_id: ${dagId}_task`]));
  const { runId } = await triggerRun(pool, {
    ...{ dagId, date: null, params: {}, timeEdges: 'keep', by: BY, reason: null },
  });
  return runId;
}

/** A run whose one task goes on until the run is cancelled. */
async function runningRun(dagId: string): Promise<number> {
  const begun = gate();
  work.on(`${dagId}_task`, async ({ signal }) => {
    begun.open();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return null;
  });
  const runId = await newRun(dagId);
  await begun.opened;
  return runId;
}

/** The state of a reader's page when a patch comes: a form half written, an open part, and a place in a long page. */
const UNDER_WAY = html`<form id="reason" method="post" action="/nowhere">
<label for="why">Reason</label><input id="why" name="why" value=""><textarea id="note" name="note"></textarea>
<label><input type="checkbox" id="sure" name="sure">sure</label></form>
<details id="more"><summary>More</summary>text</details>
<ol>${each(Array.from({ length: 200 }), (_, index) => html`<li>row ${index}</li>`)}</ol>`;

async function sees(page: BrowserPage, selector: string, text: string, timeout = 10_000): Promise<void> {
  await page.locator(selector, { hasText: text }).waitFor({ timeout });
}

test('a patch shows the new state and leaves a half-written form, focus, scroll and open parts alone', {
  skip,
}, async (t) => {
  const runId = await runningRun('patched');
  await using app = await startLiveApp({ url, pool, above: UNDER_WAY });
  const page = await browser.page(t, { viewport: { width: 800, height: 600 } });
  await page.goto(`${app.url}/test/${runId}`);
  await sees(page, '#task-patched_task', 'running');
  await until('the connection', async () => (app.hub.counts().connections === 1 ? true : null));
  await page.locator('#more summary').click();
  await page.locator('#note').fill('half of a ');
  await page.locator('#sure').check();
  await page.locator('#why').pressSequentially('the file came');
  await page.evaluate('scrollTo(0, 1500)');
  const scrolled = await page.evaluate<number>('scrollY');
  assert.ok(scrolled > 1_000, `scrolled by ${scrolled}`);

  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await sees(page, '#state', 'cancelled');
  assert.equal(await page.evaluate('scrollY'), scrolled);
  assert.equal(await page.evaluate('document.activeElement.id'), 'why');
  await page.keyboard.type(' late');
  assert.equal(await page.locator('#why').inputValue(), 'the file came late');
  assert.equal(await page.locator('#note').inputValue(), 'half of a ');
  assert.equal(await page.locator('#sure').isChecked(), true);
  assert.equal(await page.locator('#more').getAttribute('open'), '');
  assert.equal(await page.locator('#live-status').isHidden(), true);
});

/** Hides the page as another tab in front of it does, and shows it again. */
async function setHidden(page: BrowserPage, isHidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));`);
}

test('a page in the background costs no connection, and is right again within 2 s', { skip }, async (t) => {
  const runId = await runningRun('hidden');
  await using app = await startLiveApp({ url, pool });
  const page = await browser.page(t);
  await page.goto(`${app.url}/test/${runId}`);
  await until('the connection', async () => (app.hub.counts().connections === 1 ? true : null));
  await setHidden(page, true);
  await until('the end of the connection', async () => (app.hub.counts().connections === 0 ? true : null));
  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await setHidden(page, false);
  await sees(page, '#state', 'cancelled', 2_000);
});

test('a page whose machine slept, and whose connection died unnoticed, is right again within 2 s', {
  skip,
}, async (t) => {
  const runId = await runningRun('slept');
  await using app = await startLiveApp({ url, pool });
  await using network = await startProxy({ target: { port: app.port } });
  const page = await browser.page(t);
  await page.goto(`http://127.0.0.1:${network.port}/test/${runId}`);
  await until('the first message', () =>
    page.evaluate<boolean>(`document.getElementById('live')._htmx?.sse?.lastEventId === '1'`),
  );
  const session = await page.context().newCDPSession(page);
  network.loseMessage({ text: 'is cancelled', nth: 1, isAnswered: false, effect: 'hold' });
  // As the lid of a machine does: no script runs, no timer fires, and the clock goes on.
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  const asleep = pause(3_500);
  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await until('the news to be lost', async () => (network.hasLostMessage() ? true : null));
  await asleep;
  await session.send('Debugger.disable');
  await sees(page, '#state', 'cancelled', 2_000);
});

test('a page says that its updates are lost while it is offline, and is right again within 2 s', {
  skip,
}, async (t) => {
  const runId = await runningRun('offline');
  await using app = await startLiveApp({ url, pool });
  const page = await browser.page(t);
  await page.goto(`${app.url}/test/${runId}`);
  await until('the connection', async () => (app.hub.counts().connections === 1 ? true : null));
  await page.context().setOffline(true);
  await sees(page, '#live-status', 'live updates lost');
  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await page.context().setOffline(false);
  await sees(page, '#state', 'cancelled', 2_000);
  await page.locator('#live-status').waitFor({ state: 'hidden', timeout: 3_000 });
});

test('a page whose server starts again connects again by itself, also when it was refused at first', {
  skip,
}, async (t) => {
  const runId = await runningRun('restarted');
  const page = await browser.page(t);
  let port = 0;
  {
    await using full = await startLiveApp({ url, pool, maxConnections: 0 });
    port = full.port;
    await page.goto(`${full.url}/test/${runId}`);
    await sees(page, '#live-status', 'live updates lost');
    // The refusal has not taken the place of what the page shows.
    await sees(page, '#state', 'running');
  }
  await using app = await startLiveApp({ url, pool, port });
  await until('the connection', async () => (app.hub.counts().connections === 1 ? true : null));
  await cancelRun(pool, runId, { by: BY, reason: 'a test' });
  await sees(page, '#state', 'cancelled');
  await page.locator('#live-status').waitFor({ state: 'hidden' });
});

test('a log grows line by line while the page around it is patched, each line once', { skip }, async (t) => {
  const more = gate();
  work.on('logged_task', async ({ log }) => {
    log.info('line 1');
    await more.opened;
    for (let line = 2; line <= 40; line += 1) log.info(`line ${line}`);
    return null;
  });
  const runId = await newRun('logged');
  const attempt = await until('the first line', async () => {
    const { rows } = await pool.query<{ id: number }>(
      `select task_instance_id as id from stockflow.task_log join stockflow.task_instance using (task_instance_id)
        where run_id = $1`,
      [runId],
    );
    return rows[0] === undefined ? null : { taskInstanceId: rows[0].id, attemptNumber: 1 };
  });
  const logPage: Page = {
    path: '/log',
    async open() {
      const found = await readAttemptLog(pool, attempt, { afterId: 0, atMost: 100 });
      const { lines = [], isEnded = false } = found ?? {};
      return {
        title: 'log',
        topics: [`run:${runId}`],
        body: () =>
          html`<p id="ended">${isEnded ? 'ended' : 'going on'}</p>${logList({ attempt, lines, timezone: 'UTC', isWhole: isEnded })}`,
      };
    },
  };
  await using app = await startLiveApp({ url, pool, pages: [logPage] });
  const page = await browser.page(t);
  await page.goto(`${app.url}/log`);
  await until('both connections', async () => (app.hub.counts().connections === 2 ? true : null));
  more.open();
  await sees(page, '#ended', 'ended');
  await sees(page, '.log-line >> nth=-1', 'line 40');
  const texts = await page.locator('.log-line').allInnerTexts();
  assert.deepEqual(
    texts.map((text) => /line \d+/.exec(text)?.[0]),
    Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
  );
  await until('the end of the log', async () => (app.hub.counts().connections === 1 ? true : null));
});
