/**
 * A campaign worker in a process of its own, to be killed: `node test/simulation/run/worker_process.ts JSON`. Prints
 * its id once it takes work; dies at the given failpoint, `point:n`.
 */

import path from 'node:path';
import { createLog, loadTaskTypes, Worker } from '../../../runner/index.ts';
import { armFailpoint } from '../../../runner/testing.ts';

export interface WorkerProcessOptions {
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null for a worker that is killed from outside. */
  readonly failAt: string | null;
  readonly leaseMs: number;
}

const ROOT = path.resolve(import.meta.dirname, '../../..');

if (import.meta.main) {
  const options: WorkerProcessOptions = JSON.parse(process.argv[2] ?? '{}');
  armFailpoint(options.failAt);
  const worker = await Worker.start({
    databaseUrl: options.databaseUrl,
    taskTypes: await loadTaskTypes(path.join(ROOT, 'tasks')),
    projectDir: ROOT,
    dagsDir: null,
    env: options.env,
    concurrency: 4,
    codeVersion: 'nights',
    log: createLog({ format: 'json', level: 'error' }),
    leaseMs: options.leaseMs,
  });
  process.stdout.write(`${worker.engine.workerId()}\n`);
  // Its parent has ended, so nothing is left to kill it.
  process.stdin.resume().once('end', () => process.exit(1));
}
