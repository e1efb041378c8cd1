/** The rules hold for every route of the application, also for those that come later. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Hono } from 'hono';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../../runner/engine/worker/connection_pools.ts';
import { createLog } from '../../../../runner/log.ts';
import { createApp, type WebEnv } from '../../../../runner/web/app.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { noLive } from '../../../support/web/no_live.ts';
import { SAME_ORIGIN, startSite } from './site.ts';

const { pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const log = createLog({ format: 'pretty', level: 'error', silent: true });
const context = {
  pool,
  versions: new DagVersions(pool),
  log,
  live: noLive,
  dagsDir: 'no_such_folder',
  env: {},
  projectDir: '.',
  signal: new AbortController().signal,
  connections: new ConnectionPools({}, log),
  linksOfRun: () => [],
  taskTypes: () => Promise.reject(new Error('no task type is needed here')),
};

const apps: Hono<WebEnv>[] = [];
const site = await startSite({ after }, pool, {
  users: ['auditor:viewer:-', 'ops_lead:admin:-'],
  env: { STOCKFLOW_WEB_PROXY_HEADER: 'X-User', STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.1' },
  makeApp: (guard) => {
    const app = createApp({ context, guard });
    apps.push(app);
    return app;
  },
});

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Returns every route, with something in the place of each param. */
function routes(): readonly Route[] {
  const all = apps.flatMap((app) => app.routes).filter(({ method }) => method !== 'ALL');
  const named = all.map(({ method, path }) => {
    const filled = path.replaceAll(/:\w+(\{[^}]*\})?\??/g, '1').replaceAll('*', '1');
    return [`${method} ${filled}`, { method, path: filled }] as const;
  });
  return [...new Map(named).values()].filter(({ path }) => !isOpen(path));
}

/** Routes that anybody may ask: they change nothing that is anybody's, and show nothing. */
function isOpen(path: string): boolean {
  return /^\/(assets\/.*|login|logout|healthz|readyz)$/.test(path);
}

const reads = routes().filter(({ method }) => method === 'GET');
const writes = routes().filter(({ method }) => method !== 'GET');

test('nothing is shown to those who are not named', async () => {
  assert.ok(reads.length > 20);
  for (const { path } of reads) {
    const { status } = await site.send({ path });
    assert.equal(status, /^\/(api|live)\/|^\/metrics$/.test(path) ? 401 : 303, path);
    assert.equal((await site.send({ path, headers: { accept: '*/*' } })).status, 401, path);
  }
});

test('no action is taken for a viewer, for nobody, or for another web site', async () => {
  assert.ok(writes.length > 10);
  for (const { method, path } of writes) {
    const statusFor = async (headers: Readonly<Record<string, string>>) =>
      (await site.send({ method, path, headers, body: 'reason=x' })).status;
    const route = `${method} ${path}`;
    assert.equal(await statusFor({ ...SAME_ORIGIN, 'x-user': 'auditor' }), 403, `${route} for a viewer`);
    assert.equal(await statusFor(SAME_ORIGIN), 401, `${route} for nobody`);
    assert.equal(
      await statusFor({ 'sec-fetch-site': 'cross-site', 'x-user': 'ops_lead' }),
      403,
      `${route} from elsewhere`,
    );
    assert.equal(await statusFor({ 'x-user': 'ops_lead' }), 403, `${route} from nowhere known`);
  }
});

/** The content of every table of the runner, as a checksum. */
async function contents(): Promise<readonly unknown[]> {
  const { rows } = await pool.query<{ table: string; content: string }>(
    `select c.relname::text as table, query_to_xml(format(
              'select md5(string_agg(t::text, chr(10) order by t::text)) from stockflow.%I t', c.relname),
              true, true, '')::text as content
       from pg_class c
      where c.relnamespace = 'stockflow'::regnamespace and c.relkind = 'r'
      order by c.relname`,
  );
  assert.ok(rows.length > 15);
  return rows;
}

test('opening every page as an administrator changes nothing', async () => {
  const before = await contents();
  // Live updates of a page have no end.
  for (const { path } of reads.filter((read) => !read.path.startsWith('/live/'))) {
    const { status } = await site.send({ path, headers: { 'x-user': 'ops_lead' } });
    assert.ok([200, 303, 400, 404].includes(status), `${path} is answered with ${status}`);
  }
  assert.deepEqual(await contents(), before);
});
