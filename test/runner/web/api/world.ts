/** A database that real workers have worked on, and the web application on it, asked without a socket. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import type { JsonObject } from '../../../../runner/core/value/json.ts';
import { createBackfill } from '../../../../runner/engine/backfill/requests.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { ConnectionPools } from '../../../../runner/engine/worker/connection_pools.ts';
import { findBackfill } from '../../../../runner/store/backfill/backfill.ts';
import { instancesOfRun } from '../../../../runner/store/task/instance.ts';
import { DeferTask, FailTask } from '../../../../runner/task.ts';
import type { Role } from '../../../../runner/web/access/role.ts';
import { createApp } from '../../../../runner/web/app.ts';
import type { WebContext } from '../../../../runner/web/context.ts';
import { type TestEngine, testEngine, testLog } from '../../../support/engine/engine.ts';
import { gate, type Steps, steps, untilAborted } from '../../../support/engine/task_types.ts';
import type { Lifetime } from '../../../support/postgres/database.ts';
import { until } from '../../../support/until.ts';
import { noLive } from '../../../support/web/no_live.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where the answer is JSON, else null. */
  readonly json: unknown;
}

export interface Asking {
  readonly body?: JsonObject;
  /** Sent as it is, in place of `body`. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `operator` by default. */
  readonly role?: Role;
}

export interface ApiWorld {
  readonly engine: TestEngine;
  readonly seeded: Seeded;
  readonly step: Steps;
  readonly app: ReturnType<typeof createApp>;
  /** Returns the same application on another database. */
  appOn(pool: Pool): ReturnType<typeof createApp>;
  get(path: string, asking?: Asking): Promise<Answer>;
  post(path: string, asking?: Asking): Promise<Answer>;
}

const NIGHTLY = `dag_id: nightly
description: loads the stores
timezone: America/New_York
schedule: "0 1 * * *"
start_date: 2026-01-01
catchup: none
max_active_runs: 2
params: {store: {type: integer, default: 7, description: the store}}
alerts: [{to: [ops]}]
tasks:
  - {task_id: fetch, type: step, retries: 0}
  - {task_id: each, type: step, depends_on: [fetch], map_over: "\${{ tasks.fetch.output.items }}"}
  - {task_id: load, type: step, depends_on: [each], retries: 0, deadline: "05:00"}
  - {task_id: send, type: step, depends_on: [{task_id: load, delay: 1h}], not_before: "03:00"}
`;

const WAITING = `dag_id: waiting
timezone: UTC
schedule: null
max_active_runs: 1
tasks:
  - {task_id: hold, type: step, pool: erp}
  - {task_id: first, type: step}
  - {task_id: behind, type: step, pool: erp, depends_on: [first]}
  - {task_id: sensor, type: step}
  - {task_id: flaky, type: step, retries: 2, retry_delay: 1h}
  - {task_id: late, type: step, depends_on: [{task_id: sensor, delay: 1h}], not_before: "23:59+1d"}
  - {task_id: last, type: step, depends_on: [hold, late]}
`;

export /** Closes Sundays, and the day after Christmas. */
const SHOP =
  'closed: [{name: Sunday, weekday: SUN}, {name: Boxing Day, month: DEC, day: 26, observed: next_weekday}]\n';

const EDITED = (time: string) => `dag_id: edited
timezone: America/New_York
schedule: "${time} * * *"
tasks:
  - {task_id: a, type: step, not_before: "${time.endsWith('1') ? '01' : '02'}:45"}
`;

/** Makes the world once for a test file: a failed night and a good one, a backfill, a run that waits for everything, an edit, a broken file. */
export async function apiWorld(lifetime: Lifetime): Promise<ApiWorld> {
  const step = steps();
  const engine = await testEngine(lifetime, [step.type]);
  step.on('fetch', async ({ files, log, warn, meter }) => {
    log.info('fetching', { rows: 2 });
    log.warn('one row has no price');
    await files.publish('artifact:rows.csv', 'sku,qty\na,1\nb,2\n', { rows: 2 });
    await warn(
      '1 row was left out',
      {},
      { remedy: { artifact: { label: 'see all rows', name: 'rows.csv' } } },
    );
    meter({ rowsIn: 2, bytesOut: 18 });
    return { items: ['a', 'b'] };
  });
  step.on('load', ({ run }) => {
    if (run.params.store === 7)
      throw new FailTask('rows fell from 100 to 3', {
        remedy: { clear: { label: 'override the guard', scope: 'failed', params: { store: '8' } } },
      });
    return null;
  });
  step.on('send', () => null);
  const held = gate();
  step.on('hold', async ({ signal }) => {
    held.open();
    return await untilAborted(signal);
  });
  step.on('first', async () => {
    await held.opened;
    return null;
  });
  step.on('sensor', ({ now }) => {
    throw new DeferTask(now().add({ hours: 1 }), 'no file yet');
  });
  step.on('flaky', () => {
    throw new Error('no answer');
  });
  for (const [dagId, yaml] of [
    ['nightly', NIGHTLY],
    ['waiting', WAITING],
    ['edited', EDITED('0 1')],
    ['broken', 'dag_id: broken\ntimezone: UTC\nschedule: null\ntasks: [{task_id: a, type: stepp}]\n'],
  ] as const)
    await engine.writeDag(dagId, yaml);
  await mkdir(path.join(engine.dagsDir, 'calendars'));
  await writeFile(path.join(engine.dagsDir, 'calendars/shop.yaml'), SHOP);
  await writeFile(path.join(engine.dagsDir, 'edited.yaml'), `${EDITED('30 2')}calendar: shop\n`);
  await engine.startWorker();
  const seeded = await seed(engine);
  const appOn = (pool: Pool) =>
    createApp({
      context: contextOf({ ...engine, pool }),
      guard: (guarded) =>
        guarded.use(async (c, next) => {
          const role = c.req.header('x-test-role') === 'viewer' ? 'viewer' : 'operator';
          c.set('requestId', 'request-1');
          c.set('viewer', { name: 'night_shift', role, hasSession: false });
          await next();
        }),
    });
  const app = appOn(engine.pool);
  const ask = async (method: string, target: string, asking: Asking = {}): Promise<Answer> => {
    const body = asking.rawBody ?? (asking.body === undefined ? null : JSON.stringify(asking.body));
    const response = await app.request(target, {
      method,
      body,
      headers: {
        'x-test-role': asking.role ?? 'operator',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...asking.headers,
      },
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  };
  return {
    engine,
    seeded,
    step,
    app,
    appOn,
    get: (target, asking) => ask('GET', target, asking),
    post: (target, asking) => ask('POST', target, asking),
  };
}

export function contextOf({ pool, dagsDir, taskTypes }: TestEngine): WebContext {
  return {
    pool,
    versions: new DagVersions(pool),
    log: testLog,
    live: noLive,
    dagsDir,
    env: {},
    projectDir: dagsDir,
    signal: new AbortController().signal,
    connections: new ConnectionPools({}, testLog),
    linksOfRun: () => [],
    taskTypes: async () => taskTypes,
  };
}

const BY = { actor: 'test', channel: 'cli' } as const;

/** The ids of what the world begins with. */
export interface Seeded {
  readonly failedRun: number;
  readonly goodRun: number;
  /** Its dates fail. */
  readonly backfill: number;
  readonly waitingRun: number;
  /** Behind the waiting run. */
  readonly queuedRun: number;
}

async function seed(engine: TestEngine): Promise<Seeded> {
  const { pool } = engine;
  const asked = { date: null, timeEdges: 'collapse', by: BY, reason: null } as const;
  const failed = await engine.run('nightly');
  const good = await triggerRun(pool, { ...asked, dagId: 'nightly', params: { store: '8' } });
  await engine.ended(good.runId);
  const backfill = await createBackfill(pool, {
    dagId: 'nightly',
    from: Temporal.PlainDate.from('2026-01-02'),
    to: Temporal.PlainDate.from('2026-01-03'),
    reprocess: 'none',
    order: 'oldest_first',
    params: {},
    taskTypes: null,
    timeEdges: 'collapse',
    maxActiveRuns: 1,
    refusals: [],
    by: BY,
    reason: 'the files came late',
  });
  if (backfill === null) throw new Error('there was nothing to backfill');
  const { backfillId } = backfill;
  await until('the backfill to end', async () =>
    (await findBackfill(pool, backfillId))?.state === 'running' ? null : true,
  );
  const { runId: waitingRun } = await triggerRun(pool, {
    ...asked,
    dagId: 'waiting',
    timeEdges: 'keep',
    params: {},
  });
  const again = { ...asked, dagId: 'waiting', params: {}, reason: 'once more' };
  const { runId: queuedRun } = await triggerRun(pool, again);
  const waiting = { hold: 'running', behind: 'queued', sensor: 'deferred', flaky: 'up_for_retry' };
  await until('the tasks of the waiting run to wait', async () => {
    const tasks = await instancesOfRun(pool, waitingRun);
    const states = new Map(tasks.map(({ taskId, state }) => [taskId, String(state)]));
    return Object.entries(waiting).every(([taskId, state]) => states.get(taskId) === state) ? true : null;
  });
  return { failedRun: failed.run.runId, goodRun: good.runId, backfill: backfillId, waitingRun, queuedRun };
}
