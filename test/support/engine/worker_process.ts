/**
 * A worker in a process of its own, to be killed, stopped and drained: `node test/support/engine/worker_process.ts JSON`.
 * Prints one line with its worker id when it takes work; ends on SIGTERM, tasks having had `graceMs`. Dies at the
 * failpoint that `STOCKFLOW_FAIL_AT` names, as `point:n`.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { AlertDeliverer } from '../../../runner/engine/alerts/deliver.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { armFailpoint } from '../../../runner/engine/failpoint.ts';
import { Worker } from '../../../runner/engine/worker/worker.ts';
import { createLog, type Log, type LogOptions } from '../../../runner/log.ts';

export interface WorkerProcessOptions {
  readonly url: string;
  /** The destination of `effect` tasks; `url` by default. */
  readonly effectsUrl?: string;
  readonly tasksDir: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  /** How long its event loop may stand still; 10 s by default. */
  readonly stallMs?: number;
  readonly graceMs: number;
  /** `warn` by default. */
  readonly logLevel?: LogOptions['level'];
  /**
   * Takes lines from stdin, each the failpoint to arm from then on, empty for none, and answers `armed` and the line;
   * ends when stdin does.
   */
  readonly isDirected?: boolean;
  /** Defines the connections of its tasks, besides that of effects, and of heartbeats. */
  readonly connections?: Readonly<Record<string, string>>;
  /** Sends alerts through the channels that these variables define. */
  readonly channels?: Readonly<Record<string, string>>;
  /** The time in ms for which a delivery is taken; a minute by default. */
  readonly deliveryLeaseMs?: number;
  /** Tells these channels of every DAG. */
  readonly alertsTo?: readonly string[];
}

/** The starter directs it, and must not leave it behind: without a starter it ends. */
async function followDirections(): Promise<void> {
  for await (const line of createInterface(process.stdin)) {
    armFailpoint(line === '' ? null : line);
    process.stdout.write(`armed ${line}\n`);
  }
  if (!process.stdin.destroyed) process.exit(1);
}

function deliverer({ url, channels = {}, deliveryLeaseMs }: WorkerProcessOptions, log: Log): AlertDeliverer {
  const pool = createPool(url, { applicationName: 'stockflow alerts', max: 2, onIdleError: () => undefined });
  const lease = deliveryLeaseMs === undefined ? {} : { leaseMs: deliveryLeaseMs };
  return new AlertDeliverer({ pool, env: channels, log, commandWords: () => [], webUrl: null, ...lease });
}

if (import.meta.main) {
  const options: WorkerProcessOptions = JSON.parse(process.argv[2] ?? '{}');
  armFailpoint(process.env.STOCKFLOW_FAIL_AT || null);
  if (options.isDirected) void followDirections();
  const log = createLog({ format: 'json', level: options.logLevel ?? 'warn' });
  const worker = await Worker.start({
    databaseUrl: options.url,
    ...(options.channels === undefined ? {} : { alertSender: deliverer(options, log) }),
    taskTypes: await loadTaskTypes(options.tasksDir),
    projectDir: options.tasksDir,
    dagsDir: null,
    env: { STOCKFLOW_CONN_EFFECTS: options.effectsUrl ?? options.url, ...options.connections },
    concurrency: options.concurrency,
    codeVersion: `pid ${process.pid}`,
    log,
    leaseMs: options.leaseMs,
    process: 'own',
    ...(options.alertsTo === undefined ? {} : { alertsTo: options.alertsTo }),
    ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
  });
  process.stdout.write(`${worker.engine.workerId()}\n`);
  const mismatch = await Promise.race([once(process, 'SIGTERM').then(() => null), worker.unfit]);
  await worker.stop(options.graceMs);
  // As the command does: what a task or a silent database still holds open must not keep the process.
  process.stderr.write('', () => process.exit(mismatch === null ? 0 : 8));
}
