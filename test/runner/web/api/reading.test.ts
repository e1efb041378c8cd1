import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createPool } from '../../../../runner/connections/postgres/connect.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { compareWithCommandLine } from './command_line.ts';
import { describedApi } from './document.ts';
import { apiWorld } from './world.ts';

const world = await apiWorld({ after });
const api = await describedApi(world);
const { failedRun, goodRun, waitingRun, queuedRun, backfill } = world.seeded;

/** Requests by operation; each is answered, and its answer is as the document says. */
const READS: Readonly<Record<string, readonly string[]>> = {
  getHealth: ['/healthz'],
  getReadiness: ['/readyz'],
  getStatus: ['/api/v1/status'],
  listDags: ['/api/v1/dags'],
  getDag: ['/api/v1/dags/nightly', '/api/v1/dags/broken', '/api/v1/dags/edited'],
  listNextInstants: [
    '/api/v1/dags/nightly/next',
    '/api/v1/dags/edited/next?count=2&after=2026-03-07T12:00:00Z&timezone=Europe/Berlin',
    '/api/v1/dags/waiting/next',
  ],
  getGrid: ['/api/v1/dags/nightly/grid', '/api/v1/dags/nightly/grid?limit=1&run_type=backfill'],
  listDagVersions: ['/api/v1/dags/nightly/versions', '/api/v1/dags/broken/versions'],
  getDagVersion: ['/api/v1/dags/nightly/versions/1'],
  planDag: ['/api/v1/dags/edited/plan', '/api/v1/dags/nightly/plan', '/api/v1/dags/broken/plan'],
  listRuns: ['/api/v1/runs', '/api/v1/runs?dag=nightly&state=failed&run_type=manual&limit=1'],
  getRun: [`/api/v1/runs/${failedRun}`, `/api/v1/runs/${goodRun}`, '/api/v1/runs/waiting'],
  explainRun: [
    `/api/v1/runs/${failedRun}/explain`,
    `/api/v1/runs/${waitingRun}/explain`,
    `/api/v1/runs/${queuedRun}/explain`,
    `/api/v1/runs/${waitingRun}/explain?task=behind`,
  ],
  getTask: [
    `/api/v1/runs/${failedRun}/tasks/fetch`,
    `/api/v1/runs/${failedRun}/tasks/load`,
    `/api/v1/runs/${failedRun}/tasks/each?map_index=1`,
    `/api/v1/runs/${waitingRun}/tasks/flaky`,
  ],
  getLog: [
    `/api/v1/runs/${failedRun}/tasks/fetch/logs?try=1`,
    `/api/v1/runs/${failedRun}/tasks/load/logs?after=0`,
  ],
  listArtifacts: [`/api/v1/runs/${failedRun}/artifacts`],
  getArtifact: [`/api/v1/runs/${failedRun}/artifacts/rows.csv`],
  listBackfills: ['/api/v1/backfills', '/api/v1/backfills?dag=nightly'],
  getBackfill: [`/api/v1/backfills/${backfill}`, '/api/v1/backfills/nightly'],
  listWorkers: ['/api/v1/workers'],
  listPools: ['/api/v1/pools'],
  getQueue: ['/api/v1/queue'],
  listAlerts: ['/api/v1/alerts', `/api/v1/alerts?dag=nightly&run=${failedRun}&limit=1`],
  listEvents: ['/api/v1/audit/events', `/api/v1/audit/events?run=${failedRun}&action=task&limit=2`],
};

test('the document is OpenAPI 3.1, and its functions have names of their own', async () => {
  const { valid, errors } = await new Validator().validate({ ...api.document });
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(api.document.openapi, '3.1.0');
  const { security, components } = api.document;
  assert.deepEqual(
    security.flatMap(Object.keys).toSorted(),
    Object.keys(components.securitySchemes).toSorted(),
  );
  const ids = api.operations.map(({ operationId }) => operationId);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
});

test('every route of the application under /api/v1 is in the document, and no other', () => {
  const routes = world.app.routes
    .filter(({ path, method }) => path.startsWith('/api/v1/') && method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((route) => route !== 'GET /api/v1/openapi.json');
  const described = api.operations
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  assert.deepEqual([...new Set(routes)].sort(), described.toSorted());
});

test('every operation that reads has a request here', () => {
  const reads = api.operations.filter(({ method }) => method === 'get').map(({ operationId }) => operationId);
  assert.deepEqual(reads.toSorted(), Object.keys(READS).toSorted());
});

for (const [operationId, targets] of Object.entries(READS)) {
  test(`${operationId} answers as the document says`, async () => {
    for (const target of targets) {
      const { status, headers, json, text } = await world.get(target, { role: 'viewer' });
      assert.equal(status, 200, `${target}: ${text}`);
      const type = headers.get('content-type') ?? '';
      if (type === 'application/octet-stream') continue;
      assert.deepEqual(api.problemsOf(operationId, { status, type, json }), [], `${target}: ${text}`);
    }
  });
}

test('an answer with a key that the document does not have, or without one that it has, would be found', () => {
  const type = 'application/json';
  const found = (json: unknown) => api.problemsOf('listRuns', { status: 200, type, json });
  assert.deepEqual(found({ runs: [], next: null }), []);
  assert.equal(found({ runs: [], next: null, more: 1 }).length, 1);
  assert.equal(found({ runs: [] }).length, 1);
  assert.notDeepEqual(found({ runs: [{ run_id: 1 }], next: null }), []);
});

test('the pages of a list, followed by the Link header, have each run once, the newest first', async () => {
  const all = (await world.get('/api/v1/runs?limit=500')).json as { runs: { run_id: number }[]; next: null };
  assert.equal(all.next, null);
  const found: number[] = [];
  let target = '/api/v1/runs?limit=2';
  for (;;) {
    const { json, headers } = await world.get(target);
    const page = json as { runs: { run_id: number }[]; next: number | null };
    found.push(...page.runs.map(({ run_id }) => run_id));
    const link = headers.get('link');
    assert.equal(link === null, page.next === null);
    if (link === null) break;
    const [, next = ''] = /^<(.*)>; rel="next"$/.exec(link) ?? [];
    assert.equal(next, `/api/v1/runs?limit=2&before=${page.next}`);
    target = next;
  }
  assert.deepEqual(
    found,
    all.runs.map(({ run_id }) => run_id),
  );
  assert.ok(found.length >= 6);
});

test('a log is followed by its cursor: first its newest lines, then those that came since', async () => {
  const target = `/api/v1/runs/${failedRun}/tasks/fetch/logs`;
  type Page = { lines: { message: string }[]; before: number | null; after: number };
  const page = async (query: string) => (await world.get(`${target}?${query}`)).json as Page;
  const newest = await page('limit=1');
  assert.deepEqual(
    newest.lines.map(({ message }) => message),
    ['1 row was left out'],
  );
  const older = await page(`before=${newest.before}`);
  assert.equal(older.lines.at(-1)?.message, 'one row has no price');
  const since = await page(`after=${newest.after}`);
  assert.deepEqual([since.lines, since.after], [[], newest.after]);
});

test('an artifact is answered whole, as bytes to keep, with its checksum', async () => {
  const { headers, text } = await world.get(`/api/v1/runs/${failedRun}/artifacts/rows.csv`);
  assert.equal(text, 'sku,qty\na,1\nb,2\n');
  assert.equal(headers.get('content-length'), '16');
  assert.equal(headers.get('content-disposition'), "attachment; filename*=UTF-8''rows.csv");
  const digest = createHash('sha256').update(text).digest('base64');
  assert.equal(headers.get('repr-digest'), `sha-256=:${digest}:`);
});

test('a process whose database is gone is alive and not ready, says so without its address, and answers 503', async () => {
  const app = world.appOn(
    createPool('postgres://user:secret@127.0.0.1:1/gone', { applicationName: 't', max: 1 }),
  );
  assert.equal((await app.request('/healthz')).status, 200);
  const ready = await app.request('/readyz');
  assert.equal(ready.status, 503);
  assert.deepEqual(await ready.json(), { status: 'unavailable', reason: 'the database does not answer' });
  const runs = await app.request('/api/v1/runs');
  const text = await runs.text();
  assert.equal(runs.status, 503, text);
  assert.equal(runs.headers.get('retry-after'), '5');
  assert.doesNotMatch(text, /127\.0\.0\.1|secret/);
});

test('a database without the migrations of this version is not ready', async (t) => {
  const { pool } = await testDatabase(t, { migrations: [] });
  const ready = await world.appOn(pool).request('/readyz');
  assert.equal(ready.status, 503);
  assert.match(((await ready.json()) as { reason: string }).reason, /^\d+ migrations are pending$/);
});

await compareWithCommandLine(world);
