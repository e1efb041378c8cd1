/** A worker as an operator starts it, `stockflow worker`, in a process that can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Lifetime } from '../postgres/database.ts';
import { until } from '../until.ts';
import { REPOSITORY, type TestNight } from './night.ts';

export interface NightWorker {
  readonly workerId: number;
  /** Resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface NightWorkerOptions {
  /** In place of the night's own. */
  readonly retailproUrl?: string;
  readonly omsUrl?: string;
}

/** Far more than a process takes to start, also on a crowded machine. */
const REGISTERED_WITHIN_MS = 120_000;

/** Waits until it has registered. Killed when `lifetime` ends. */
export async function startNightWorkerProcess(
  lifetime: Lifetime,
  night: TestNight,
  { retailproUrl = night.site.url(), omsUrl = night.url }: NightWorkerOptions = {},
): Promise<NightWorker> {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-night-worker-'));
  const child = spawn(process.execPath, [path.join(REPOSITORY, 'runner/cli.ts'), 'worker'], {
    cwd: dir,
    env: {
      ...nightEnvironment(night),
      STOCKFLOW_CONN_RETAILPRO: retailproUrl,
      STOCKFLOW_CONN_OMS: omsUrl,
    },
    stdio: ['ignore', 'ignore', process.env.STOCKFLOW_TEST_LOG ? 'inherit' : 'ignore'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  lifetime.after(async () => {
    await kill();
    await rm(dir, { recursive: true, force: true });
  });
  const workerId = await until(
    `worker ${child.pid} to register`,
    async () => {
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}`);
      const { rows } = await night.pool.query<{ worker_id: number }>(
        'select worker_id from stockflow.worker where pid = $1',
        [child.pid],
      );
      return rows[0]?.worker_id ?? null;
    },
    REGISTERED_WITHIN_MS,
  );
  return { workerId, kill };
}

/** All that a command needs to work this night, from any folder. */
export function nightEnvironment(night: TestNight): Readonly<Record<string, string>> {
  const connections = Object.entries(night.env).map(([name, value]) => [name, value ?? '']);
  return {
    ...Object.fromEntries(connections),
    PATH: process.env.PATH ?? '',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    DATABASE_URL: night.url,
    STOCKFLOW_DAGS: path.join(REPOSITORY, 'dags'),
    STOCKFLOW_TASKS: path.join(REPOSITORY, 'tasks'),
  };
}
