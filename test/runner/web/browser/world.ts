/** An engine with a worker, and its pages, as a browser reaches them. */
import { type ListedEvent, listEvents } from '../../../../runner/store/event/listing.ts';
import { FailTask } from '../../../../runner/task.ts';
import { type TestEngine, testEngine } from '../../../support/engine/engine.ts';
import { type Steps, stepDag, steps } from '../../../support/engine/task_types.ts';
import type { Lifetime } from '../../../support/postgres/database.ts';
import {
  type BrowserSite,
  type BrowserSiteOptions,
  startBrowserSite,
} from '../../../support/web/browser_site.ts';

export interface World extends BrowserSite {
  readonly engine: TestEngine;
  readonly work: Steps;
  /** The events of an action, the oldest first: who did it, where, and why. */
  eventsOf(action: string): Promise<readonly ToldEvent[]>;
}

export type ToldEvent = Pick<ListedEvent, 'actor' | 'channel' | 'reason'>;

/** The person whom everybody is where nobody has to log in. */
export const LOCAL_PERSON = 'owner';
const WAYS_ON = {
  artifact: { label: 'see the rows', name: 'rows.csv' },
  clear: { label: 'go on without it', scope: 'downstream', params: { override: null } },
} as const;

export async function openWorld(
  lifetime: Lifetime,
  options: Pick<BrowserSiteOptions, 'users' | 'pages'> = {},
): Promise<World> {
  // Node runs after-hooks first in, first out; what was started last must stop first.
  const cleanUps: (() => Promise<void>)[] = [];
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const work = steps();
  const engine = await testEngine(own, [work.type]);
  const { pool, url, dagsDir, taskTypes } = engine;
  const site = await startBrowserSite(own, { databaseUrl: url, pool, dagsDir, taskTypes, ...options });
  return {
    ...site,
    engine,
    work,
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
