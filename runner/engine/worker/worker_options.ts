import type { Environment } from '../../connections/connection_config.ts';
import type { Log } from '../../log.ts';
import type { AlertSender } from '../alerts/sender.ts';
import type { TaskTypes } from '../dags/task_types.ts';

/** The settings of one worker process. */
export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly taskTypes: TaskTypes;
  /** The folder that `file:` locations are relative to. */
  readonly projectDir: string;
  /** The folder of the DAG files to keep in force; null for a worker that only runs tasks. */
  readonly dagsDir: string | null;
  /** The environment variables that define the connections of the tasks. */
  readonly env: Environment;
  /** The number of task instances that run at once. */
  readonly concurrency: number;
  readonly codeVersion: string;
  readonly log: Log;
  /** The channels that are told of all DAGs; none by default. */
  readonly alertsTo?: readonly string[];
  /** Sends alerts; a worker without one leaves them to others. */
  readonly alertSender?: AlertSender;
  /**
   * `own`: the process belongs to this worker, which ends it with one sentence if it cannot continue; `shared` by
   * default.
   */
  readonly process?: 'own' | 'shared';
  /** The time in ms that the event loop may be blocked before the lease is given up; 10 s by default. */
  readonly stallMs?: number;
  /** The time in ms that a worker without heartbeats keeps its tasks; 10 s by default. */
  readonly leaseMs?: number;
  /**
   * The time in ms for which a slot runs successors of its own tasks before jobs of the queue have their turn; 5 s by
   * default.
   */
  readonly turnMs?: number;
}
