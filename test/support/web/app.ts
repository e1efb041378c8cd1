/** The web application without a port: requests are handed to it, and everybody is an admin. */
import path from 'node:path';
import type { Pool } from 'pg';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { DagVersions } from '../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../runner/engine/worker/connection_pools.ts';
import type { Log } from '../../../runner/log.ts';
import { createApp } from '../../../runner/web/app.ts';
import type { WebContext } from '../../../runner/web/context.ts';
import { loadContributed } from '../../../runner/web/contributed/load.ts';
import { refusalOf } from '../../../runner/web/http_error.ts';
import { MetricsSources } from '../../../runner/web/metrics/sources.ts';
import type { Lifetime } from '../postgres/database.ts';
import { noLive } from './no_live.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
/** The folder of the inventory's pages. */
export const SHIPPED_PAGES = path.join(REPOSITORY, 'tasks/pages');
/** The folder of the inventory's metrics. */
export const SHIPPED_METRICS = path.join(REPOSITORY, 'tasks/metrics');

/** Shorter than that of the page's process, so that a test of one that hangs is short. */
const METRICS_WITHIN_MS = 1_000;

export interface TestWeb {
  /** The messages of the log, with their facts. */
  readonly logged: readonly (readonly [string, unknown])[];
  readonly linksOfRun: WebContext['linksOfRun'];
  get(path: string): Promise<WebAnswer>;
  /** Gives the answer before its body is read. */
  open(path: string): Promise<Response>;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface TestWebOptions {
  readonly pool: Pool;
  /** The folders of the contributed pages. */
  readonly folders: readonly string[];
  readonly env?: WebContext['env'];
  /** Folders of contributed metrics; none by default. */
  readonly metrics?: readonly string[];
}

export async function testWeb(
  lifetime: Lifetime,
  { pool, folders, env = {}, metrics = [] }: TestWebOptions,
): Promise<TestWeb> {
  const logged: (readonly [string, unknown])[] = [];
  const line = (message: string, facts?: object) => void logged.push([message, facts]);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const connections = new ConnectionPools(env, log);
  lifetime.after(() => connections[Symbol.asyncDispose]());
  const contributed = await loadContributed(folders, log);
  const app = createApp({
    contributed,
    metricsSources: await MetricsSources.load({ folders: metrics, log, withinMs: METRICS_WITHIN_MS }),
    context: {
      ...{ pool, log, env, connections, live: noLive },
      versions: new DagVersions(pool),
      dagsDir: path.join(REPOSITORY, 'dags'),
      projectDir: REPOSITORY,
      signal: new AbortController().signal,
      linksOfRun: contributed.linksOfRun,
      taskTypes: () => loadTaskTypes(path.join(REPOSITORY, 'tasks')),
    },
    guard: (guarded) =>
      void guarded.use(async (request, next) => {
        request.set('viewer', { name: 'operator', role: 'admin', hasSession: false });
        await next();
      }),
  });
  app.onError((error, request) => {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return request.text(refusal.sentence, refusal.status);
  });
  return {
    logged,
    linksOfRun: contributed.linksOfRun,
    open: async (at) => await app.request(at),
    async get(at) {
      const answer = await app.request(at);
      return { status: answer.status, headers: answer.headers, body: await answer.text() };
    },
  };
}

/** Returns the cells of each row of the table with this caption, as text: the header first. */
export function tableOf(page: string, caption: string): readonly (readonly string[])[] {
  const start = page.indexOf(`>${caption}</caption>`);
  if (start < 0) throw new Error(`the page has no table ${caption}: ${page}`);
  const table = page.slice(start, page.indexOf('</table>', start));
  return [...table.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => textOf(cell)),
  );
}

/** Returns HTML as the text that it shows. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
