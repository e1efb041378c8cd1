import type { Pool } from 'pg';
import type { TaskTypes } from '../engine/dags/task_types.ts';
import type { DagVersions } from '../engine/dags/versions.ts';
import type { ConnectionPools } from '../engine/worker/connection_pools.ts';
import type { Log } from '../log.ts';
import type { Contributed } from './contributed/load.ts';

/** What every page and route of one process shares. */
export interface WebContext {
  readonly pool: Pool;
  readonly versions: DagVersions;
  readonly log: Log;
  /** The folder of the DAG files. */
  readonly dagsDir: string;
  /** The environment, with the connections of tasks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The databases that connections name. */
  readonly connections: ConnectionPools;
  /** The pages of task authors. */
  readonly contributed: Contributed;
  /** Returns the task types, loaded at the first call. */
  taskTypes(): Promise<TaskTypes>;
}
