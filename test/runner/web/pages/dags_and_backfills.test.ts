import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { listDags } from '../../../../runner/store/dag/dag.ts';
import { listEvents } from '../../../../runner/store/event/listing.ts';
import { FailTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';
import { actingSite, PERSON } from '../acting_site.ts';

const step = steps();
const failing = new Set([6]);
step.on('load', ({ run }) => {
  if (failing.has(run.businessDate.day)) throw new FailTask('no file');
  return null;
});
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const nightly = (schedule: string) =>
  stepDag(
    'nightly',
    ['task_id: load, retries: 0', 'task_id: send, pool: mail, depends_on: [{task_id: load, delay: 1h}]'],
    [
      `schedule: "${schedule}"`,
      'catchup: none',
      'timezone: America/New_York',
      'params: {store: {type: integer, default: 1, description: a store}}',
    ],
  ).replace('timezone: UTC\n', '');
await engine.writeDag('nightly', nightly('0 1 * * *'));
await engine.startWorker({ dagsDir: null });
const site = actingSite(engine, 'operator');
const viewer = actingSite(engine, 'viewer');

const RANGE = { dag: 'nightly', from: '2026-01-05', to: '2026-01-07' };
const planPath = `/backfills/new?${new URLSearchParams(RANGE)}`;

test('a backfill is planned date by date, made, followed and retried on its pages', async () => {
  const plan = await site.read(planPath);
  assert.match(plan.body, /3 of 3 dates to work: 3 create/);
  assert.deepEqual(plan.body.match(/<tr id="date-[\d-]+"/g), [
    '<tr id="date-2026-01-05"',
    '<tr id="date-2026-01-06"',
    '<tr id="date-2026-01-07"',
  ]);
  assert.match(plan.body, /name="param\.store"/);

  const made = await site.send('/backfills/new', {
    ...RANGE,
    'param.store': '12',
    reason: 'books of January',
  });
  assert.equal(made.status, 303);
  const location = made.headers.get('location') ?? '';
  assert.match(location, /^\/backfills\/\d+$/);
  assert.match(made.done, /works 3 dates of nightly/);
  const ended = await until('the backfill to end', async () => {
    const { body } = await site.read(location);
    return /1 failed/.test(body) && /3 of 3 ended/.test(body) ? body : null;
  });
  assert.match(ended, /load: no file/);
  const events = await listEvents(pool, {
    dagId: 'nightly',
    runId: null,
    since: null,
    action: 'run.created',
    actor: PERSON,
    limit: 9,
  });
  assert.deepEqual(
    events.map(({ channel }) => channel),
    ['web', 'web', 'web'],
  );

  failing.clear();
  const again = await site.send(`${location}/retry_failed`, { reason: 'the file is there' });
  assert.equal(again.status, 303, again.body);
  assert.match(again.done, /Retrying 2026-01-06/);
  await until('the retry to end', async () =>
    /3 success/.test((await site.read(location)).body) ? true : null,
  );
  const refused = await site.send(`${location}/cancel`, {});
  assert.equal(refused.status, 409);
  assert.match(refused.body, /has ended: success/);
});

test('a plan that cannot be made names the field and keeps what was written; nobody plans a file of the host', async () => {
  const late = await site.read(`/backfills/new?${new URLSearchParams({ ...RANGE, from: '2026-01-09' })}`);
  assert.match(late.body, /the first date 2026-01-09 lies after the last, 2026-01-07/);
  assert.match(late.body, /value="2026-01-09"/);
  const wrong = await site.send('/backfills/new', { ...RANGE, to: 'soon' });
  assert.equal(wrong.status, 422);
  assert.match(wrong.body, /to is a date, such as 2026-01-31; soon is none/);
  const typed = await site.read(`/backfills/new?${new URLSearchParams({ ...RANGE, 'param.store': 'many' })}`);
  assert.match(typed.body, /store/);
  assert.match(typed.body, /value="many"/);

  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-web-'));
  after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'elsewhere.yaml');
  await writeFile(file, stepDag('elsewhere', ['task_id: load']));
  const outside = await site.send('/backfills/new', { ...RANGE, dag: file });
  assert.equal(outside.status, 404);
  assert.deepEqual(
    (await listDags(pool)).map(({ dagId }) => dagId),
    ['nightly'],
  );
});

test('a DAG shows its runs in a grid, its schedule over both clock changes, its versions and an edit to come', async () => {
  await writeFile(path.join(engine.dagsDir, 'nightly.yaml'), nightly('30 2 * * *'));
  const { body } = await site.read('/dags/nightly');
  assert.match(body, /href="\/runs\/\d+\/tasks\/load" aria-label="load, Mon 05 Jan, success">■<\/a>/);
  assert.match(body, /at 01:00 every day, America\/New_York/);
  assert.match(body, /-03-\d\d, 02:00 to 03:00 is skipped/);
  assert.match(body, /-11-\d\d, 01:00 to 02:00 comes twice/);
  assert.match(body, /has an edit that is not in force yet: changed, safe/);
  assert.match(body, /1h after <a class="mono" href="#task-load">load<\/a>/);
  const [, version] = /href="\/dags\/nightly\/versions\/(\d+)"/.exec(body) ?? [];
  await engine.writeDag('nightly', nightly('30 2 * * *'));
  const changed = await site.read(`/dags/nightly/versions/${Number(version) + 1}`);
  assert.match(
    changed.body,
    /class="removed"><span class="visually-hidden">removed: <\/span>-schedule: &quot;0 1 \* \* \*&quot;/,
  );
  assert.match(
    changed.body,
    /class="added"><span class="visually-hidden">added: <\/span>\+schedule: &quot;30 2 \* \* \*&quot;/,
  );
  const filtered = await site.read('/dags/nightly?state=failed');
  assert.match(filtered.body, /No run matches\./);
  const missing = await site.read('/dags/nightli');
  assert.equal(missing.status, 404);
  assert.match(missing.body, /did you mean nightly/);
});

test('the history is filtered in the URL and paged by its cursor, and what is no filter is named', async () => {
  const { body } = await site.read('/audit?dag=nightly&action=backfill');
  assert.deepEqual(
    [...body.matchAll(/data-label="action" class="mono">([a-z._]+)</g)].map(([, action]) => action),
    ['backfill.finished', 'backfill.retried', 'backfill.finished', 'backfill.created'],
  );
  assert.match(body, /books of January/);
  const none = await site.read('/audit?action=nothing.happened');
  assert.match(none.body, /No event matches/);
  assert.equal((await site.read('/audit?run=twelve')).status, 400);
  assert.equal((await site.read('/audit?before=x')).status, 400);
});

test('the workers stand with their pools, whose slots a person sets with a reason', async () => {
  const { body } = await site.read('/workers');
  assert.match(body, /<h1>1 worker<\/h1>/);
  assert.match(body, /href="\/pools\/mail\/set"/);
  assert.doesNotMatch((await viewer.read('/workers')).body, /\/pools\/mail\/set/);
  const wrong = await site.send('/pools/mail/set', { slots: '-1', reason: 'mail is down' });
  assert.equal(wrong.status, 422);
  assert.match(wrong.body, /slots is a whole number from 0 on; -1 is none/);
  assert.match(wrong.body, /value="mail is down"/);
  const set = await site.send('/pools/mail/set', { slots: '3', reason: 'a second server' });
  assert.equal(set.done, 'Pool mail: 1 slots before, 3 now.');
  assert.equal((await viewer.send('/pools/mail/set', { slots: '9' })).status, 403);
  const { rows } = await pool.query(`select slots from stockflow.pool where name = 'mail'`);
  assert.deepEqual(rows, [{ slots: 3 }]);
  assert.equal((await site.read('/pools/mial/set')).status, 404);
});
