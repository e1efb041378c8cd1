/** The web application on a port of its own, with a page of one run that is live. */
import type { Pool } from 'pg';
import { DagVersions } from '../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../runner/engine/worker/connection_pools.ts';
import { findRun } from '../../../runner/store/run/dag_run.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { accessGuard } from '../../../runner/web/access/guard.ts';
import { openAccessRules } from '../../../runner/web/access/rules.ts';
import { readWebSettings } from '../../../runner/web/access/settings.ts';
import { createApp } from '../../../runner/web/app.ts';
import type { WebContext } from '../../../runner/web/context.ts';
import { loadContributed } from '../../../runner/web/contributed/load.ts';
import { each, type Html, html } from '../../../runner/web/html/html.ts';
import { HttpError } from '../../../runner/web/http_error.ts';
import type { FeedPace } from '../../../runner/web/live/change_feed.ts';
import { LiveHub } from '../../../runner/web/live/hub.ts';
import { listenToPostgres } from '../../../runner/web/live/postgres_session.ts';
import type { Page } from '../../../runner/web/page.ts';
import { startWebServer } from '../../../runner/web/server.ts';
import { testLog } from '../engine/engine.ts';

export interface LiveApp extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly hub: LiveHub;
  /** How often the page was rendered, and how many statements that took. */
  counts(): { readonly renderings: number; readonly statements: number };
}

export interface LiveAppOptions {
  readonly url: string;
  readonly pool: Pool;
  /** 0, any free one, by default. */
  readonly port?: number;
  readonly pace?: Partial<FeedPace>;
  readonly maxConnections?: number;
  /** The part that the page of the run shows above its tasks. */
  readonly above?: Html;
  readonly pages?: readonly Page[];
}

export async function startLiveApp({
  url,
  pool,
  port = 0,
  pace = {},
  maxConnections,
  ...page
}: LiveAppOptions): Promise<LiveApp> {
  const counts = { renderings: 0, statements: 0 };
  const query = new Proxy(pool.query, {
    apply(target, self, given) {
      counts.statements += 1;
      return Reflect.apply(target, self, given);
    },
  });
  const counting: Pool = Object.create(pool, { query: { value: query.bind(pool) } });
  const hub = new LiveHub({
    openSession: (onHint) => listenToPostgres(url, onHint),
    log: testLog,
    pace,
    ...(maxConnections !== undefined && { maxConnections }),
  });
  const connections = new ConnectionPools({}, testLog);
  const context: WebContext = {
    pool: counting,
    versions: new DagVersions(pool),
    log: testLog,
    live: hub,
    dagsDir: '.',
    env: {},
    projectDir: '.',
    connections,
    linksOfRun: () => [],
    signal: new AbortController().signal,
    taskTypes: () => Promise.reject(new Error('no page of this test asks for task types')),
  };
  const runPage: Page = {
    path: '/test/:run',
    async open({ params }) {
      const runId = Number(params.run);
      const run = await findRun(counting, runId);
      if (run === null) throw new HttpError(404, `there is no run ${runId}`);
      const tasks = await instancesOfRun(counting, runId);
      counts.renderings += 1;
      return {
        title: `run ${runId}`,
        topics: [`run:${runId}`],
        body: () => html`${page.above ?? ''}
<p id="state">run ${run.runId} is ${run.state}</p>
<ul>${each(tasks, ({ taskId, state }) => html`<li id="task-${taskId}">${taskId} ${state}</li>`)}</ul>`,
      };
    },
  };
  const rules = await openAccessRules(readWebSettings({}), {
    host: '127.0.0.1',
    localPerson: 'operator',
    log: testLog,
  });
  const app = createApp({
    context,
    guard: accessGuard({ rules, pool, log: testLog, now: () => Temporal.Now.instant() }),
    contributed: { ...(await loadContributed([], testLog)), pages: [runPage, ...(page.pages ?? [])] },
  });
  const server = await startWebServer({ rules, port, app, log: testLog, signal: context.signal });
  return {
    url: server.url,
    port: server.port,
    hub,
    counts: () => ({ ...counts }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await connections[Symbol.asyncDispose]();
    },
  };
}
