import type { Pool } from 'pg';
import type { Environment } from '../connections/connection_config.ts';
import type { Log } from '../log.ts';
import type { Actor } from '../store/event/event.ts';
import type { DatabaseClock } from './clock.ts';
import type { TaskTypes } from './dags/task_types.ts';
import type { DagVersions } from './dags/versions.ts';
import type { ConnectionPools } from './worker/connection_pools.ts';

/** What the parts of one worker process share. */
export interface Engine {
  readonly pool: Pool;
  readonly versions: DagVersions;
  readonly taskTypes: TaskTypes;
  readonly connections: ConnectionPools;
  readonly clock: DatabaseClock;
  readonly log: Log;
  /** Names the connections that tasks may open; the project's folder is where `file:` locations begin. */
  readonly env: Environment;
  readonly projectDir: string;
  /** What an attempt in a process of its own is given beyond that. */
  readonly isolation: {
    readonly databaseUrl: string;
    /** How long the event loop of one that is suspected may stand still. */
    readonly stallMs: number;
  };
  /** The id under which this process holds its lease; a new one when the lease was lost. */
  workerId(): number;
  readonly actor: Actor;
}
