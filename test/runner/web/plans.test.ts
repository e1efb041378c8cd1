/** The statements of every page, action and endpoint, on a database with a long history. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPool, withTransaction } from '../../../runner/connections/postgres/connect.ts';
import { sealEvents } from '../../../runner/store/event/seal.ts';
import { type LiveTopic, logTopic } from '../../../runner/store/live/topic.ts';
import { topicVersions } from '../../../runner/store/live/topic_versions.ts';
import { dagVersionOfInstance, readAttemptLog } from '../../../runner/store/task/log.ts';
import { createApp } from '../../../runner/web/app.ts';
import { refusalOf } from '../../../runner/web/http_error.ts';
import { recordStatements, type Statement, tableReads } from '../../support/engine/explain.ts';
import { fillHistory, mixedNights, type Night, numberedTasks } from '../../support/engine/history.ts';
import { apiWorld, contextOf } from './api/world.ts';

/** Tables that grow with the history. */
const GROWING = [
  'artifact',
  'dag_run',
  'due_instant',
  'event',
  'file',
  'task_attempt',
  'task_instance',
  'task_log',
];

/** Each of them has 30,000 rows and more, and a DAG has 1,500 runs; the longest answer shows 30 nights with 20 tasks each. */
const ROWS_AT_MOST = 1_000;

/** Few failures among many runs: an answer that shows them does not come upon them by reading the newest runs. */
function rareFailures(count: number): readonly Night[] {
  return Array.from({ length: count }, (_, index) => (index % 500 === 7 ? 'failed' : 'success'));
}

const TASKS = numberedTasks(20);
const { engine, seeded } = await apiWorld({ after });
const dag = (dagId: string, schedule: string, taskIds: readonly string[]) =>
  `dag_id: ${dagId}\ntimezone: UTC\nschedule: ${schedule}\ncatchup: none\ntasks:\n${taskIds.map((taskId) => `  - {task_id: ${taskId}, type: step}\n`).join('')}`;
await engine.writeDag('busy', dag('busy', '"30 1 * * *"', TASKS));
await engine.writeDag('small', dag('small', 'null', ['t0']));
const newest = Temporal.Now.zonedDateTimeISO('UTC')
  .startOfDay()
  .subtract({ hours: 22, minutes: 30 })
  .toInstant();
const busy = { dagId: 'busy', tasks: TASKS, nights: mixedNights(1_500), newest, every: '24 hours' };
await fillHistory(engine.pool, busy);
// As one that is due every few minutes: many runs, of which a few failed.
const small = { dagId: 'small', tasks: ['t0'], nights: rareFailures(30_000), newest, every: '15 minutes' };
await fillHistory(engine.pool, small);
await engine.pool.query(
  `insert into stockflow.artifact (run_id, name, task_instance_id, attempt_number, size_bytes, sha256, row_count)
   select run_id, 'rows.csv', task_instance_id, 1, 0, encode(sha256(''), 'hex'), 0
     from stockflow.task_instance where task_id = 't0' and state = 'success'`,
);
// As a worker does every minute: the page counts the events that are not sealed yet, up to 10,000.
while ((await withTransaction(engine.pool, sealEvents)) !== null);
await engine.pool.query('analyze');

const pool = createPool(engine.url, { applicationName: 'stockflow test', max: 4 });
after(() => pool.end());
const sent = recordStatements(pool);
const app = createApp({
  context: contextOf({ ...engine, pool }),
  guard: (guarded) =>
    guarded.use(async (request, next) => {
      request.set('requestId', 'request-1');
      request.set('viewer', { name: 'operator', role: 'admin', hasSession: false });
      await next();
    }),
});

app.onError((error, request) => {
  const refusal = refusalOf(error);
  if (refusal === null) throw error;
  return request.text(refusal.sentence, refusal.status);
});

const { rows } = await pool.query<{ runId: number }>(
  `select max(run_id) as "runId" from stockflow.dag_run where dag_id = 'busy' and state = 'failed'`,
);
const oldFailure = rows[0]?.runId ?? 0;

const VALUES: Readonly<Record<string, readonly (string | number)[]>> = {
  dag: ['nightly', 'busy', 'small', 'waiting', 'edited'],
  run: [seeded.failedRun, seeded.goodRun, seeded.waitingRun, seeded.queuedRun, oldFailure],
  task: ['fetch', 'each', 'load', 't0', 't10', 'behind', 'hold', 'flaky'],
  backfill: [seeded.backfill],
  version: [1],
  pool: ['erp'],
  name: ['rows.csv'],
  artifact: ['rows.csv'],
};

/** Filters of the lists, alone and with a cursor. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/runs': runQueries('type'),
  '/api/v1/runs': runQueries('run_type'),
  '/dags/:dag': ['state=failed', 'type=manual', 'state=cancelled&before=20000'],
  '/api/v1/dags/:dag/grid': ['limit=25', 'state=failed', 'run_type=manual&before=20000'],
  '/alerts': ['dag=busy', 'before=10'],
  '/api/v1/alerts': ['dag=busy', `run=${oldFailure}`, 'before=10'],
  '/audit': eventQueries('2026-01-31'),
  '/api/v1/audit/events': eventQueries('2026-01-31T00:00:00Z'),
  '/backfills': ['dag=nightly', 'before=1'],
  '/backfills/new': ['dag=busy', 'dag=nightly', 'dag=busy&from=2026-01-02&to=2026-01-05'],
};

function runQueries(type: string): readonly string[] {
  return [
    ...['dag=busy', 'state=failed', 'state=running', 'state=queued', 'state=cancelled', `${type}=manual`],
    ...['dag=small&state=failed', 'dag=busy&state=cancelled', `dag=busy&${type}=backfill`, 'before=10000'],
    `dag=small&state=failed&${type}=scheduled&before=25000`,
  ];
}

function eventQueries(since: string): readonly string[] {
  const tomorrow = newest.add({ hours: 24 }).toString({ smallestUnit: 'second' });
  return [
    ...['dag=busy', 'dag=small', 'actor=operator', 'actor=scheduler', 'action=task.marked', 'action=task'],
    ...[`run=${oldFailure}`, `run=${oldFailure}&task=t10`, 'action=run.created', 'task=load', 'before=20000'],
    ...[
      'dag=nightly&action=task.failed',
      'dag=small&actor=night_shift',
      'dag=busy&task=t10',
      `since=${since}`,
    ],
    ...[`since=${since}&dag=small`, `since=${tomorrow.slice(0, since.length)}`],
  ];
}

/** Returns the path with every combination of what may stand in the place of its params. */
function filled(path: string): readonly string[] {
  const param = /:(\w+)(\{[^}]*\})?/.exec(path);
  if (param === null) return [path];
  const [whole, name = ''] = param;
  return (VALUES[name] ?? []).flatMap((value) => filled(path.replace(whole, String(value))));
}

/** Asks every route that only shows. @returns how many answers were whole */
async function openAll(): Promise<number> {
  let shown = 0;
  const paths = new Set(app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  for (const path of paths) {
    // Live updates render the same pages again; how they find out what has changed is asked below.
    if (/^\/(assets|live)\//.test(path)) continue;
    // The first scrapes count the history, a bounded part each; metrics.test.ts holds what they read.
    if (path === '/metrics') continue;
    for (const target of filled(path)) {
      for (const query of ['', ...(QUERIES[path] ?? [])]) {
        const { status } = await app.request(query === '' ? target : `${target}?${query}`);
        if (status === 200) shown += 1;
        else assert.ok([303, 400, 404, 409].includes(status), `${target}?${query}: ${status}`);
      }
    }
  }
  return shown;
}

/** The cost of a page that is not the next one: as Postgres comes, and as the embedded one is set. */
const PAGE_COSTS = [4, 1.1];

/** Returns what each statement reads of a growing table that it need not, once for each text. */
async function needless(statements: readonly Statement[]): Promise<readonly string[]> {
  const found = new Map<string, string>();
  const asked = new Map(statements.map((one) => [`${one.text} ${JSON.stringify(one.values)}`, one]));
  const client = await engine.pool.connect();
  for (const cost of PAGE_COSTS) {
    await client.query(`set random_page_cost = ${cost}`);
    for (const statement of asked.values()) {
      const { text, values } = statement;
      for (const { table, nodeType, rows: read } of await tableReads(client, statement)) {
        if (!GROWING.includes(table)) continue;
        if (nodeType !== 'Seq Scan' && (read ?? 0) <= ROWS_AT_MOST) continue;
        found.set(text, `${nodeType} of ${table}, ${read} rows\n${text}\n${JSON.stringify(values)}`);
      }
    }
  }
  client.release(true);
  return [...found.values()];
}

test('no page and no answer of the API reads more of a growing table than it shows', async () => {
  const shown = await openAll();
  assert.ok(shown > 150, `only ${shown} answers`);
  const texts = new Set(sent.map(({ text }) => text));
  assert.ok(texts.size > 40, `only ${texts.size} statements`);
  assert.deepEqual(await needless(sent), []);
});

test('a file that is in force is not planned again for the page of its DAG', async () => {
  const isPlannedFor = async (path: string) => {
    const before = sent.length;
    await app.request(path);
    return sent.slice(before).some(({ text }) => text.includes('percentile_disc(0.95)'));
  };
  assert.equal(await isPlannedFor('/api/v1/dags/busy/plan'), true);
  assert.equal(await isPlannedFor('/dags/busy'), false);
});

test('nor do live updates, however many topics are open', async () => {
  const before = sent.length;
  const { rows: instances } = await pool.query<{ taskInstanceId: number }>(
    'select task_instance_id as "taskInstanceId" from stockflow.task_instance where run_id = any($1)',
    [VALUES.run],
  );
  const logs = instances.map(({ taskInstanceId }) => ({ taskInstanceId, attemptNumber: 1 }));
  const runs = (VALUES.run ?? []).map((runId): LiveTopic => `run:${Number(runId)}`);
  const dags = (VALUES.dag ?? []).map((dagId): LiveTopic => `dag:${dagId}`);
  const topics: readonly LiveTopic[] = [
    ...(['home', 'backfills', 'workers', 'audit', `backfill:${seeded.backfill}`] as const),
    ...runs,
    ...dags,
    ...logs.map(logTopic),
  ];
  for (const topic of topics) await topicVersions(pool, [topic]);
  const versions = await topicVersions(pool, topics);
  assert.equal(versions.size, topics.length);
  for (const log of logs.slice(0, 3)) {
    await dagVersionOfInstance(pool, log.taskInstanceId);
    await readAttemptLog(pool, log, { afterId: 0, atMost: 100 });
  }
  assert.deepEqual(await needless(sent.slice(before)), []);
});

test('neither does an action', async () => {
  const before = sent.length;
  const reason = 'recount';
  const date = newest.toZonedDateTimeISO('UTC').toPlainDate();
  const range = { from: date.subtract({ days: 40 }).toString(), to: date.toString() };
  const acted: number[] = [];
  const act = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `${acted.length}` };
    const answer = await app.request(`/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    acted.push(answer.status);
    return answer.headers.get('location') ?? '';
  };
  const failed = `/runs/${oldFailure}`;
  await act('/dags/busy/pause', { reason });
  await act('/dags/busy/resume', { reason });
  await act('/dags/small/runs', { reason });
  await act(`${failed}/clear`, { only_failed: true, reason });
  await act(`${failed}/tasks/t12/mark`, { state: 'success', reason });
  await act(`${failed}/tasks/t13/cancel`, { reason });
  await act(`${failed}/cancel`, { reason });
  const backfill = await act('/backfills', { dag: 'busy', ...range, reprocess: 'failed', reason });
  await act(`${backfill.slice('/api/v1'.length)}/cancel`, { reason });
  await act(`${backfill.slice('/api/v1'.length)}/retry-failed`, { reason });
  await act('/pools/erp', { slots: 2, reason });
  // The run that is cleared may end before it is cancelled, and its task before it is marked.
  assert.deepEqual(
    acted.filter((status) => ![200, 201, 409].includes(status)),
    [],
  );
  assert.ok(acted.filter((status) => status < 300).length >= 7, `${acted}`);
  assert.deepEqual(await needless(sent.slice(before)), []);
});
