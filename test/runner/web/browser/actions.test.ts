/** The actions of a person on a page, each recorded with the person, the channel and the reason. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findRun } from '../../../../runner/store/run/dag_run.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { gate, stepDag, untilAborted } from '../../../support/engine/task_types.ts';
import { LOCAL_PERSON, openWorld, writeNightly } from './world.ts';

const world = await openWorld({ after });
const { engine, work } = world;
await writeNightly(world, () => false);
await engine.startWorker();

const BY_PERSON = { actor: LOCAL_PERSON, channel: 'web' };

async function isDone(page: Page, sentence: string | RegExp): Promise<void> {
  await page.locator('.done', { hasText: sentence }).waitFor();
}

function runIdOf(page: Page): number {
  return Number(/\/runs\/(\d+)/.exec(page.url())?.[1]);
}

async function failedRun(): Promise<number> {
  const { run } = await engine.run('nightly');
  assert.equal(run.state, 'failed');
  return run.runId;
}

test('a trigger with a wrong param names the field and keeps what was typed; set right, it runs with typed params', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/dags/nightly');
  await page.getByRole('link', { name: 'Trigger a run…' }).click();
  await page.getByLabel('override').fill('counted by hand');
  await page.getByLabel('stores').fill('twelve');
  await page.getByLabel('since').fill('2026-02-28');
  await page.getByLabel('dry').selectOption('yes');
  await page.getByLabel('Reason').fill('recount');
  await page.getByRole('button', { name: 'Trigger nightly' }).click();
  await page.getByRole('alert').filter({ hasText: 'param stores: found "twelve"' }).waitFor();
  assert.equal(await page.getByLabel('stores').inputValue(), 'twelve');
  assert.equal(await page.getByLabel('since').inputValue(), '2026-02-28');
  assert.equal(await page.getByLabel('dry').inputValue(), 'true');
  assert.equal(await page.getByLabel('Reason').inputValue(), 'recount');
  await page.getByLabel('stores').fill('7');
  await page.getByRole('button', { name: 'Trigger nightly' }).click();
  await isDone(page, /^Run \d+ of nightly/);
  const { run } = await engine.ended(runIdOf(page));
  assert.equal(run.state, 'success');
  const params = { override: 'counted by hand', stores: 7, since: '2026-02-28', dry: true };
  assert.deepEqual(run.params, params);
  assert.deepEqual(await world.eventsOf('run.created'), [{ ...BY_PERSON, reason: 'recount' }]);
});

test('a backfill shows its plan date by date before anything is done, and its progress afterwards', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/dags/nightly');
  await page.getByRole('link', { name: 'Backfill…' }).click();
  await page.getByLabel('First business date').fill('2026-03-01');
  await page.getByLabel('Last business date').fill('2026-03-03');
  await page.getByLabel('override').fill('by hand');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('heading', { name: '3 of 3 dates to work' }).waitFor();
  assert.equal(await page.getByRole('row', { name: /create/ }).count(), 3);
  assert.equal((await world.eventsOf('backfill.created')).length, 0);
  await page.getByLabel('Reason').fill('the counts of March');
  await page.getByRole('button', { name: 'Work 3 dates of nightly' }).click();
  await isDone(page, 'works 3 dates of nightly');
  // The page goes on by itself, to the end of the last date.
  await page.getByRole('row', { name: /03 Mar.*success/ }).waitFor();
  assert.equal(await page.getByRole('row', { name: /success/ }).count(), 3);
  const told = await world.eventsOf('backfill.created');
  assert.deepEqual(told, [{ ...BY_PERSON, reason: 'the counts of March' }]);
});

test('a clear shows what runs again, with what depends on it, and says so before it does', {
  skip,
}, async (t) => {
  const runId = await failedRun();
  const page = await world.open(t, `/runs/${runId}`);
  await page.getByRole('link', { name: 'Clear…' }).click();
  await page.getByLabel('Task').selectOption('check');
  await page.getByLabel('and everything that depends on it').check();
  await page.getByRole('button', { name: 'Show which run again' }).click();
  await page.getByRole('heading', { name: '3 task instances run again' }).waitFor();
  await page.getByText('Params that the run has from now on').click();
  await page.getByLabel('override').fill('counted by hand');
  await page.getByLabel('Reason').fill('the shelf was counted');
  await page.getByRole('button', { name: 'Run all 3 again' }).click();
  await isDone(page, 'check, load, report run again');
  const { states } = await engine.ended(runId);
  assert.deepEqual(states, { fetch: 'success', check: 'success', load: 'success', report: 'success' });
  const told = await world.eventsOf('task.cleared');
  assert.deepEqual(told, [{ ...BY_PERSON, reason: 'the shelf was counted' }]);
});

test('a mark needs a reason: the browser asks for it, and so does the server', { skip }, async (t) => {
  const runId = await failedRun();
  const page = await world.open(t, `/runs/${runId}`);
  await page.getByRole('link', { name: 'Mark…' }).click();
  await page.getByLabel('It ended in').selectOption('success');
  const send = page.getByRole('button', { name: 'Mark check' });
  await send.click();
  assert.equal(await page.evaluate(`document.querySelector(':invalid:not(form)').name`), 'reason');
  // A space is enough for the browser.
  await page.getByLabel('Reason').fill(' ');
  await send.click();
  await page.getByRole('alert').filter({ hasText: 'a reason is needed' }).waitFor();
  assert.deepEqual(await world.eventsOf('task.marked'), []);
  await page.getByLabel('Reason').fill('applied by hand');
  await send.click();
  await isDone(page, 'check is marked success');
  assert.equal((await engine.ended(runId)).run.state, 'success');
  const told = await world.eventsOf('task.marked');
  assert.deepEqual(told, [{ ...BY_PERSON, reason: 'applied by hand' }]);
});

test('the way on that a task proposes is a link beside its error, and the reason becomes its param', {
  skip,
}, async (t) => {
  const runId = await failedRun();
  const page = await world.open(t, `/runs/${runId}`);
  const rows = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'See the rows' }).click(),
  ]);
  assert.equal(rows[0].suggestedFilename(), 'rows.csv');
  await page.getByRole('link', { name: 'Go on without it…' }).click();
  await page.getByText('the reason that you give').waitFor();
  await page.getByLabel('Reason').fill('store 12 closed');
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await isDone(page, 'To go on without it, check, load, report run again');
  const { run } = await engine.ended(runId);
  assert.equal(run.state, 'success');
  assert.equal(run.params.override, 'store 12 closed');
  const told = await world.eventsOf('run.params_changed');
  assert.deepEqual(told.at(-1), { ...BY_PERSON, reason: 'store 12 closed' });
});

test('a run that goes on is cancelled with a reason, and its page says so', { skip }, async (t) => {
  const begun = gate();
  work.on('first', async ({ signal }) => {
    begun.open();
    return await untilAborted(signal);
  });
  await engine.writeDag('long', stepDag('long', ['task_id: first', 'task_id: second, depends_on: [first]']));
  const page = await world.open(t, '/dags/long/trigger');
  await page.getByRole('button', { name: 'Trigger long' }).click();
  await begun.opened;
  await page.getByRole('link', { name: 'Cancel…' }).click();
  await page.getByLabel('Reason').fill('wrong file');
  await page.getByRole('button', { name: /^Cancel run/ }).click();
  await isDone(page, 'is cancelled, with first, second');
  assert.equal((await findRun(engine.pool, runIdOf(page)))?.state, 'cancelled');
  const told = await world.eventsOf('run.cancelled');
  assert.deepEqual(told, [{ ...BY_PERSON, reason: 'wrong file' }]);
});
