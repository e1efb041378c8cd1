/** An engine with a worker, and its pages on a port, as a browser reaches them. */
import { after } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { ConnectionPools } from '../../../../runner/engine/worker/connection_pools.ts';
import { type ListedEvent, listEvents } from '../../../../runner/store/event/listing.ts';
import { FailTask } from '../../../../runner/task.ts';
import { createApp } from '../../../../runner/web/app.ts';
import { loadContributed } from '../../../../runner/web/contributed/load.ts';
import { LiveHub } from '../../../../runner/web/live/hub.ts';
import { listenToPostgres } from '../../../../runner/web/live/postgres_session.ts';
import { testBrowser } from '../../../support/browser.ts';
import { type TestEngine, testEngine, testLog } from '../../../support/engine/engine.ts';
import { type Steps, stepDag, steps } from '../../../support/engine/task_types.ts';
import type { Lifetime } from '../../../support/postgres/database.ts';
import { type Site, type SiteOptions, startSite } from '../access/site.ts';

/** The tests of this folder share one. */
const browser = testBrowser({ after });

export interface World {
  readonly engine: TestEngine;
  readonly work: Steps;
  readonly site: Site;
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** Opens a path in a context of its own. What the browser reports against the pages fails the test. */
  open(lifetime: Lifetime, path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The events of an action, the oldest first: who did it, where, and why. */
  eventsOf(action: string): Promise<readonly ToldEvent[]>;
}

export type ToldEvent = Pick<ListedEvent, 'actor' | 'channel' | 'reason'>;

export interface WorldOptions extends Pick<SiteOptions, 'users'> {
  /** A folder with pages of task authors. */
  readonly pagesDir?: string;
}

/** The person whom everybody is where nobody has to log in. */
export const LOCAL_PERSON = 'owner';
const WAYS_ON = {
  artifact: { label: 'see the rows', name: 'rows.csv' },
  clear: { label: 'go on without it', scope: 'downstream', params: { override: null } },
} as const;

export async function openWorld(lifetime: Lifetime, { users, pagesDir }: WorldOptions = {}): Promise<World> {
  // Node runs after-hooks first in, first out; what was started last must stop first.
  const cleanUps: (() => Promise<void>)[] = [];
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const work = steps();
  const engine = await testEngine(own, [work.type]);
  const { pool, dagsDir } = engine;
  const contributed = await loadContributed(pagesDir === undefined ? [] : [pagesDir], testLog);
  const connections = new ConnectionPools({}, testLog);
  own.after(() => connections[Symbol.asyncDispose]());
  const live = new LiveHub({ openSession: (onHint) => listenToPostgres(engine.url, onHint), log: testLog });
  const site = await startSite(own, pool, {
    ...(users === undefined ? {} : { users }),
    makeApp: (guard) =>
      createApp({
        context: {
          ...{ pool, dagsDir, connections, live },
          versions: new DagVersions(pool),
          log: testLog,
          env: {},
          projectDir: dagsDir,
          signal: new AbortController().signal,
          linksOfRun: contributed.linksOfRun,
          taskTypes: async () => engine.taskTypes,
        },
        guard,
        contributed,
      }),
  });
  // Before the server: an open stream would hold its end up.
  own.after(() => live[Symbol.asyncDispose]());
  const url = `http://127.0.0.1:${site.port}`;
  return {
    engine,
    work,
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
    async eventsOf(action) {
      const all = { dagId: null, runId: null, since: null, actor: null };
      const events = await listEvents(pool, { ...all, action, limit: 20 });
      return events.map(({ actor, channel, reason }) => ({ actor, channel, reason }));
    },
  };
}

/** Puts a DAG in force whose `check` fails until `isThere` says that what it reads is there, or it is overridden. */
export async function writeNightly({ engine, work }: World, isThere: () => boolean): Promise<void> {
  work.on('check', async ({ params, log, files }) => {
    log.info('looks for the file');
    if (isThere() || params.override !== '') return { rows: 1_200 };
    await files.publish('artifact:rows.csv', 'row,why\n1,too few\n');
    throw new FailTask('the file has 900 rows, 25 % fewer than the last one (1,200)', { remedy: WAYS_ON });
  });
  await engine.writeDag(
    'nightly',
    stepDag(
      'nightly',
      [
        'task_id: fetch',
        'task_id: check, depends_on: [fetch], retries: 0, with: {override: "${{ params.override }}"}',
        'task_id: load, depends_on: [check]',
        'task_id: report, depends_on: [load]',
      ],
      [
        'description: The counts of the night',
        'schedule: "0 1 * * *"',
        'catchup: none',
        'max_active_runs: 10',
        'params:',
        '  override: {type: string, default: "", description: Why the check is passed over}',
        '  stores: {type: integer, default: 12, description: The stores that are counted}',
        '  since: {type: date, default: 2026-01-01, description: The first day of the sales}',
        '  dry: {type: boolean, default: false, description: Whether nothing is written}',
      ],
    ),
  );
}
