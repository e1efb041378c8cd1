import type { Pool } from 'pg';
import type { PrecheckRunner } from '../engine/backfill/prechecks.ts';
import type { TaskTypes } from '../engine/dags/task_types.ts';
import type { DagVersions } from '../engine/dags/versions.ts';
import type { ConnectionPools } from '../engine/worker/connection_pools.ts';
import type { Log } from '../log.ts';
import type { PageLink, RunToLink } from './contributed/run_link.ts';
import type { LiveHub } from './live/hub.ts';

/** The context that every page and route of one process shares. */
export interface WebContext {
  readonly pool: Pool;
  readonly versions: DagVersions;
  readonly log: Log;
  readonly live: LiveHub;
  /** The folder of the DAG files. */
  readonly dagsDir: string;
  /** The environment, with the connections of tasks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that `file:` locations are relative to. */
  readonly projectDir: string;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
  /** The databases that connections name. */
  readonly connections: ConnectionPools;
  /** Returns the links to the pages of task authors that say more about a run. */
  linksOfRun(run: RunToLink): readonly PageLink[];
  /** Returns the task types, loaded at the first call. */
  taskTypes(): Promise<TaskTypes>;
}

/** Returns the surroundings in which a page runs the prechecks of task types. */
export async function precheckRunnerOf(context: WebContext): Promise<PrecheckRunner> {
  const { env, projectDir, log, signal } = context;
  return { taskTypes: await context.taskTypes(), env, projectDir, log, signal };
}
