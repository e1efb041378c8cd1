/** Everything that the page's server serves, on a port, and a browser that opens it. */
import { after } from 'node:test';
import type { Pool } from 'pg';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { TaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { DagVersions } from '../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../runner/engine/worker/connection_pools.ts';
import { createApp } from '../../../runner/web/app.ts';
import type { WebContext } from '../../../runner/web/context.ts';
import { loadContributed } from '../../../runner/web/contributed/load.ts';
import { LiveHub } from '../../../runner/web/live/hub.ts';
import { listenToPostgres } from '../../../runner/web/live/postgres_session.ts';
import { type Site, startSite } from '../../runner/web/access/site.ts';
import { testBrowser } from '../browser.ts';
import { testLog } from '../engine/engine.ts';
import type { Lifetime } from '../postgres/database.ts';

/** The tests of one process share it. */
const browser = testBrowser({ after });

export interface BrowserSite {
  readonly site: Site;
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** Opens a path in a context of its own. What the browser reports against the policy of the pages fails the test. */
  open(lifetime: Lifetime, path: string, options?: BrowserContextOptions): Promise<Page>;
}

export interface BrowserSiteOptions {
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly dagsDir: string;
  readonly taskTypes: TaskTypes;
  readonly env?: WebContext['env'];
  /** Lines of the users file; without one nobody has to log in. */
  readonly users?: readonly string[];
  /** The folders with pages of task authors. */
  readonly pages?: readonly string[];
}

/** @param lifetime ends what was started last at first */
export async function startBrowserSite(
  lifetime: Lifetime,
  { databaseUrl, pool, dagsDir, taskTypes, env = {}, users, pages = [] }: BrowserSiteOptions,
): Promise<BrowserSite> {
  const contributed = await loadContributed(pages, testLog);
  const connections = new ConnectionPools(env, testLog);
  lifetime.after(() => connections[Symbol.asyncDispose]());
  const live = new LiveHub({ openSession: (onHint) => listenToPostgres(databaseUrl, onHint), log: testLog });
  const site = await startSite(lifetime, pool, {
    ...(users === undefined ? {} : { users }),
    makeApp: (guard) =>
      createApp({
        context: {
          ...{ pool, dagsDir, connections, live, env },
          versions: new DagVersions(pool),
          log: testLog,
          projectDir: dagsDir,
          signal: new AbortController().signal,
          linksOfRun: contributed.linksOfRun,
          taskTypes: async () => taskTypes,
        },
        guard,
        contributed,
      }),
  });
  // Before the server: an open stream would hold its end up.
  lifetime.after(() => live[Symbol.asyncDispose]());
  const url = `http://127.0.0.1:${site.port}`;
  return {
    site,
    url,
    async open(test, path, options = {}) {
      const page = await browser.page(test, { baseURL: url, ...options });
      const reports: string[] = [];
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) reports.push(message.text());
      });
      test.after(async () => {
        if (reports.length > 0) throw new Error(`the browser reports: ${reports.join('; ')}`);
      });
      await page.goto(path);
      return page;
    },
  };
}
