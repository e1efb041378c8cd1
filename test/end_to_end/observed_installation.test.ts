/** An installation with alerts, heartbeats, lineage and metrics, some of whose receivers fail and quote what they got. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { AlertDeliverer } from '../../runner/engine/alerts/deliver.ts';
import { triggerRun } from '../../runner/engine/operator/trigger.ts';
import type { Log } from '../../runner/log.ts';
import { FailTask } from '../../runner/task.ts';
import { testEngine } from '../support/engine/engine.ts';
import { stepDag, steps, untilAborted } from '../support/engine/task_types.ts';
import { type HttpReceiver, startHttpReceiver } from '../support/http_receiver.ts';
import { askedSeries } from '../support/monitoring.ts';
import { until } from '../support/until.ts';
import { SHIPPED_METRICS, testWeb } from '../support/web/app.ts';
import { series } from '../support/web/scraped.ts';

const lifetime = { after };
const step = steps();
const engine = await testEngine(lifetime, [step.type]);
const { pool } = engine;
const [chat, pager, monitor, lineage] = await Promise.all(
  Array.from({ length: 4 }, () => startHttpReceiver(lifetime)),
);
assert.ok(chat && pager && monitor && lineage);

/** Answers with what it was sent, as careless services do. */
const quoting = (receiver: HttpReceiver, status: number) =>
  receiver.answer((response, { path: asked, headers, body }) =>
    response.writeHead(status).end(`${asked} ${JSON.stringify(headers)} ${body}`),
  );
quoting(pager, 503);
quoting(monitor, 500);
quoting(lineage, 500);

const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-observed-'));
after(() => rm(folder, { recursive: true }));
const keyFile = path.join(folder, 'key');
await writeFile(keyFile, 'canary-lineage-key\n');
const env = {
  STOCKFLOW_CONN_CHAT: `${chat.url}/canary-of-chat?secret=canary-signature`,
  STOCKFLOW_CONN_PAGER: `${pager.url}/canary-of-pager`,
  STOCKFLOW_CONN_MONITOR: `${monitor.url}/canary-of-monitor`,
  STOCKFLOW_OPENLINEAGE_URL: lineage.url,
  STOCKFLOW_OPENLINEAGE_API_KEY_FILE: keyFile,
};

const logged: string[] = [];
const keep = (message: string, facts?: object) => void logged.push(`${message} ${JSON.stringify(facts)}`);
const log: Log = { debug: keep, info: keep, warn: keep, error: keep };

step.on('load', () => {
  if (step.startsOf('load') === 1) throw new FailTask('no file came');
  return null;
});
await engine.writeDag(
  'nightly',
  stepDag(
    'nightly',
    ['task_id: load'],
    ['schedule: "* * * * *"', 'catchup: all', 'heartbeat: monitor', 'alerts: [{to: [chat, pager]}]'],
  ),
);
// A run goes on, with a slot of a pool.
step.on('hold', ({ signal }) => untilAborted(signal));
await engine.writeDag('held', stepDag('held', ['task_id: hold, pool: narrow']));
// Two instants are due: one run fails, the next succeeds.
await pool.query(
  `update stockflow.dag set schedule_cursor = now() - interval '2 minutes', next_scheduled_for = now()`,
);
await engine.startWorker({
  env,
  log,
  alertSender: new AlertDeliverer({ pool, env, log, commandWords: () => [], webUrl: null }),
});
await triggerRun(pool, {
  ...{ dagId: 'held', date: null, params: {}, timeEdges: 'keep', reason: null },
  by: { actor: 'operator', channel: 'cli' },
});
const web = await testWeb(lifetime, { pool, folders: [], metrics: [SHIPPED_METRICS], env });

/** Returns the number of rows that a query finds. */
const count = async (text: string) => (await pool.query(text)).rowCount ?? 0;

await until('everybody to be told, or not to be reached', async () => {
  const isTold =
    chat.taken.length > 0 &&
    step.startsOf('hold') === 1 &&
    (await count(`select from stockflow.dag_run where state = 'success'`)) > 0 &&
    (await count(`select from stockflow.alert_delivery where channel = 'pager' and error_text is not null`)) >
      0 &&
    (await count(`select from stockflow.heartbeat_ping where error_text is not null`)) > 0 &&
    (await count(`select from stockflow.feed_run where failing_since is not null`)) > 0;
  return isTold ? true : null;
});
quoting(monitor, 200);
await until('a ping to be taken', async () =>
  (await count(`select from stockflow.heartbeat_ping where state = 'sent'`)) > 0 ? true : null,
);

test('every series that the dashboard and the rules ask for is in a scrape', async () => {
  const { body } = await web.get('/metrics');
  const names = new Set([...series(body).keys()].map((key) => key.replace(/\{.*$/, '')));
  // The inventory's own are those of a night in an OMS, of which another test has a scrape.
  const asked = askedSeries().filter((name) => name.startsWith('stockflow_'));
  assert.ok(asked.length > 30, String(asked.length));
  assert.deepEqual(
    asked.filter((name) => !names.has(name)),
    [],
  );
});

test('no secret of a channel, a heartbeat or the receiver of lineage is found in a table, a log, a page, a message or a metric', async () => {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('stockflow', 'audit', 'graphile_worker') order by 1`,
  );
  assert.ok(tables.length > 25, String(tables.length));
  const seen = new Map<string, string>();
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string | null }>(
      `select string_agg(t::text, chr(10)) as text from ${name} t`,
    );
    seen.set(name, rows[0]?.text ?? '');
  }
  const { rows: failedRuns } = await pool.query<{ path: string }>(
    `select 'runs/' || run_id as path from stockflow.dag_run where dag_id = 'nightly' and state = 'failed'`,
  );
  const failed = failedRuns[0]?.path ?? assert.fail('no run has failed');
  const pages = [
    '',
    'alerts',
    'dags',
    'dags/nightly',
    'runs',
    failed,
    `${failed}/tasks/load`,
    'workers',
    'audit',
  ];
  const answers = ['status', 'alerts', 'dags', 'dags/nightly', 'runs', failed, 'workers'];
  for (const at of [
    ...pages.map((name) => `/${name}`),
    ...answers.map((name) => `/api/v1/${name}`),
    '/metrics',
  ]) {
    const { status, body } = await web.get(at);
    assert.equal(status, 200, at);
    seen.set(at, body);
  }
  seen.set('the log of the worker', logged.join('\n'));
  seen.set('the log of the page', JSON.stringify(web.logged));
  for (const [name, { received }] of Object.entries({ chat, pager, monitor, lineage }))
    seen.set(`messages to ${name}`, received.map(({ body }) => body).join('\n'));
  for (const [where, text] of seen) assert.doesNotMatch(text, /canary/, where);

  // They were used, and a quoted one was taken out of an error.
  assert.equal(monitor.received[0]?.path.split('?')[0], '/canary-of-monitor/start');
  assert.equal(lineage.received[0]?.headers.authorization, 'Bearer canary-lineage-key');
  assert.match(seen.get('stockflow.alert_delivery') ?? '', /\[secret\]/);
  assert.match(seen.get('stockflow.feed_run') ?? '', /\[secret\]/);
  assert.match(seen.get('/alerts') ?? '', /answered 500/);
});
