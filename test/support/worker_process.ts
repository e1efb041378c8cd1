/**
 * A worker in a process of its own, to be killed, stopped and drained: `node test/support/worker_process.ts JSON`.
 * Prints one line with its worker id when it takes work; ends on SIGTERM, tasks having had `graceMs`.
 */
import { once } from 'node:events';
import { loadTaskTypes } from '../../runner/engine/task_types.ts';
import { Worker } from '../../runner/engine/worker.ts';
import { createLog } from '../../runner/log.ts';

export interface WorkerProcessOptions {
  readonly url: string;
  readonly tasksDir: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly graceMs: number;
}

if (import.meta.main) {
  const options: WorkerProcessOptions = JSON.parse(process.argv[2] ?? '{}');
  const worker = await Worker.start({
    databaseUrl: options.url,
    taskTypes: await loadTaskTypes(options.tasksDir),
    projectDir: options.tasksDir,
    dagsDir: null,
    env: { STOCKFLOW_CONN_EFFECTS: options.url },
    concurrency: options.concurrency,
    codeVersion: `pid ${process.pid}`,
    log: createLog({ format: 'json', level: 'warn' }),
    leaseMs: options.leaseMs,
  });
  process.stdout.write(`${worker.engine.workerId()}\n`);
  await once(process, 'SIGTERM');
  await worker.stop(options.graceMs);
}
