import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Pool } from 'pg';
import type { Lifetime } from '../postgres/database.ts';
import type { WorkerProcessOptions } from './worker_process.ts';

export const FIXTURE_TASKS = path.join(import.meta.dirname, '../../fixtures/tasks');

export interface WorkerProcess {
  readonly workerId: number;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** All that it has written to stderr. */
  readonly said: () => string;
  /** From now on nobody reads its stderr, as when what it was piped to has ended. */
  stopReading(): void;
}

/** Starts a worker process and waits until it takes work. Killed, whatever its state, when `lifetime` ends. */
export async function startWorkerProcess(
  lifetime: Lifetime,
  {
    nodeFlags = [],
    program = path.join(import.meta.dirname, 'worker_process.ts'),
    ...options
  }: Pick<WorkerProcessOptions, 'url'> &
    Partial<WorkerProcessOptions> & {
      readonly nodeFlags?: readonly string[];
      /** That of another version, for one that works beside this; its own `worker_process.ts` by default. */
      readonly program?: string;
    },
): Promise<WorkerProcess> {
  const all: WorkerProcessOptions = {
    tasksDir: FIXTURE_TASKS,
    concurrency: 4,
    leaseMs: 10_000,
    graceMs: 5_000,
    ...options,
  };
  const child = spawn(process.execPath, [...nodeFlags, program, JSON.stringify(all)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
    if (process.env.STOCKFLOW_TEST_LOG) process.stderr.write(chunk);
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  lifetime.after(async () => {
    // A stopped process gets no signal but this one.
    child.kill('SIGKILL');
    await ended;
  });
  return {
    workerId: await firstNumber(child),
    pid: child.pid ?? 0,
    signal: (name) => child.kill(name),
    ended,
    said: () => said,
    stopReading: () => child.stderr?.destroy(),
  };
}

async function firstNumber(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('the worker process has no output');
  const line: unknown[] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the worker process ended with ${code} before it was ready`)),
    ),
  ]);
  return Number(line[0]);
}

/** Creates the tables that `effect` tasks write to and wait for. */
export async function createEffectTables(pool: Pool): Promise<void> {
  await pool.query(`create table effect (
    effect_id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    run_id bigint, task_id text, map_index integer, token text, pid integer, phase text)`);
  await pool.query('create table gate (name text primary key, is_open boolean not null)');
}

export async function openGate(pool: Pool, name: string): Promise<void> {
  await pool.query(
    'insert into gate (name, is_open) values ($1, true) on conflict (name) do update set is_open = true',
    [name],
  );
}

export interface Effect {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly token: string;
  readonly pid: number;
  readonly phase: 'start' | 'end';
  readonly at: Temporal.Instant;
}

export async function effectsOf(pool: Pool, runId: number): Promise<readonly Effect[]> {
  const { rows } = await pool.query<Effect>(
    `select task_id as "taskId", map_index as "mapIndex", token, pid, phase, at from effect where run_id = $1 order by effect_id`,
    [runId],
  );
  return rows;
}
