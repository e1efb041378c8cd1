import type { Pool } from 'pg';
import type { Environment } from '../connections/connection_config.ts';
import type { Log } from '../log.ts';
import type { Actor } from '../store/event/event.ts';
import type { TaskContext } from '../task.ts';
import type { DatabaseClock } from './clock.ts';
import type { TaskTypes } from './dags/task_types.ts';
import type { DagVersions } from './dags/versions.ts';
import type { Tracing } from './tracing/tracing.ts';
import type { ConnectionPools } from './worker/connection_pools.ts';

/** The state that the parts of one worker process share. */
export interface Engine {
  readonly pool: Pool;
  readonly versions: DagVersions;
  readonly taskTypes: TaskTypes;
  readonly connections: ConnectionPools;
  readonly clock: DatabaseClock;
  readonly log: Log;
  /**
   * The environment variables that define the connections of tasks. `file:` locations are relative to the project's
   * folder.
   */
  readonly env: Environment;
  readonly projectDir: string;
  /** Runs work of a task in a transaction that is always rolled back. */
  readonly scratch: TaskContext<unknown>['scratch'];
  /** The further settings of an attempt in a process of its own. */
  readonly isolation: {
    readonly databaseUrl: string;
    /** The time in ms that the event loop of a suspected attempt may be blocked. */
    readonly stallMs: number;
  };
  /** Returns the id of this process's lease; a new one after the lease was lost. */
  workerId(): number;
  readonly actor: Actor;
  /** Makes spans; null if this process has no OpenTelemetry SDK for them. */
  readonly tracing: Tracing | null;
}
