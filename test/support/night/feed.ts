/** A shipped DAG on its own: a database with an OMS, the SFTP server of the system that feeds it, and a worker. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { readDagFile, registerDagFile } from '../../../runner/engine/dags/folder.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { Worker } from '../../../runner/engine/worker/worker.ts';
import { findRun } from '../../../runner/store/run/dag_run.ts';
import { instancesOfRun } from '../../../runner/store/task/instance.ts';
import { openTaskWorld } from '../../../runner/testing.ts';
import { OmsWorld } from '../../tasks/oms/oms_world.ts';
import { type EndedRun, testLog } from '../engine/engine.ts';
import { type Lifetime, testDatabase } from '../postgres/database.ts';
import { until } from '../until.ts';
import { type NightServer, startNightSite } from './site.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const ENDED_WITHIN_MS = 120_000;
const BY = { actor: 'test', channel: 'cli' } as const;

export interface TestFeed {
  readonly url: string;
  readonly pool: Pool;
  /** Words for what is in the OMS; the DAG's tasks do not run in it. */
  readonly oms: OmsWorld;
  /** For the CLI: the connections, by their variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Lays a file on the server, as old as `modifiedAt` says. */
  put(file: string, content: string | Uint8Array, modifiedAt: Temporal.Instant): Promise<void>;
  /** Triggers, waits for the end; mapped instances are `task_id[index]`. */
  run(options?: { readonly date?: Temporal.PlainDate }): Promise<EndedRun>;
}

export interface FeedOptions {
  readonly dagId: string;
  /** The id of the SFTP connection that the DAG names. */
  readonly connection: string;
  readonly server: NightServer;
}

export async function testFeed(
  lifetime: Lifetime,
  { dagId, connection, server }: FeedOptions,
): Promise<TestFeed> {
  // Node runs after-hooks first in, first out; what was started last must stop first.
  const cleanUps: (() => Promise<void>)[] = [];
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  const { url, pool } = await testDatabase(own, { migrations: ['runner', 'oms', 'queue'] });
  const site = await startNightSite(server);
  own.after(async () => await site[Symbol.asyncDispose]());
  const words = await openTaskWorld({ postgres: { oms: pool } });
  own.after(async () => await words[Symbol.asyncDispose]());
  const env = { STOCKFLOW_CONN_OMS: url, [`STOCKFLOW_CONN_${connection.toUpperCase()}`]: site.url() };
  const taskTypes = await loadTaskTypes(path.join(REPOSITORY, 'tasks'));
  await registerDagFile(pool, await readDagFile(path.join(REPOSITORY, `dags/${dagId}.yaml`), taskTypes), BY);
  const worker = await Worker.start({
    databaseUrl: url,
    taskTypes,
    projectDir: REPOSITORY,
    dagsDir: null,
    env,
    concurrency: 4,
    codeVersion: 'test',
    log: testLog,
  });
  own.after(() => worker.stop(1_000));

  return {
    url,
    pool,
    oms: new OmsWorld(pool, words),
    env,
    async put(file, content, modifiedAt) {
      const place = site.place(file);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, content);
      const seconds = modifiedAt.epochMilliseconds / 1000;
      await utimes(place, seconds, seconds);
    },
    async run({ date } = {}) {
      const { runId } = await triggerRun(pool, {
        dagId,
        date: date ?? null,
        params: {},
        timeEdges: 'collapse',
        by: BY,
        reason: null,
      });
      const run = await until(
        `run ${runId} to end`,
        async () => {
          const found = await findRun(pool, runId);
          return found !== null && found.finishedAt !== null ? found : null;
        },
        ENDED_WITHIN_MS,
      );
      const tasks = await instancesOfRun(pool, runId);
      const states = tasks.map(({ taskId, mapIndex, state }) => [
        mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
        state,
      ]);
      return { run, tasks, states: Object.fromEntries(states) };
    },
  };
}
