import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Lifetime } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { runCommandLine } from './command_client.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** A folder with DAGs and task types, in which the commands of the CLI are run. */
export interface CliProject {
  readonly dir: string;
  /** Below the folder: `dags/quick.yaml`. */
  write(file: string, text: string): Promise<void>;
  /** Runs `stockflow ...args` to its end, in a process that has run other commands before. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliEnd>;
  /** Runs it to its end in a process of its own: for what the process itself decides, such as its time zone and `.env`. */
  runAlone(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliEnd>;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): CliProcess;
}

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly ended: Promise<CliEnd>;
  /** Waits until stdout and stderr together hold the text, and returns both. */
  said(text: string): Promise<string>;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

/** Far more than a command takes to start, also on a crowded machine. */
const SAID_WITHIN_MS = 120_000;

/** A task type that takes `ms`, and then succeeds, fails for good, or asks for a connection. */
const STEP_TYPE = `
import { setTimeout as pause } from 'node:timers/promises';
import { z } from '${REPOSITORY}/node_modules/zod/index.js';
import { defineTask, FailTask } from '${REPOSITORY}/runner/task.ts';
export default defineTask({
  type: 'step',
  description: 'takes its time',
  params: z.strictObject({ ms: z.int().default(0), fail: z.string().optional(), connection: z.string().optional() }),
  async run({ params, connections, log, meter, progress, signal }) {
    log.info('stepping', { ms: params.ms });
    progress({ done: 500, total: 2000, unit: 'rows' });
    if (params.connection !== undefined) await connections.postgres(params.connection);
    await pause(params.ms, undefined, { signal });
    if (params.fail !== undefined) throw new FailTask(params.fail);
    meter({ rowsIn: 1200, bytesOut: 84213 });
    return { rows: 1200 };
  },
});
`;

/** Cleared away when `lifetime` ends, with every process that was started in it. */
export async function cliProject(
  lifetime: Lifetime,
  env: Readonly<Record<string, string>> = {},
): Promise<CliProject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-cli-'));
  const base = { PATH: process.env.PATH ?? '', TZ: 'UTC', ...compileCache() };
  const running = new Set<ChildProcess>();
  lifetime.after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });
  await mkdir(path.join(dir, 'dags'));
  await mkdir(path.join(dir, 'tasks'));
  await writeFile(path.join(dir, 'tasks/step.ts'), STEP_TYPE);

  function start(args: readonly string[], more: Readonly<Record<string, string>> = {}): CliProcess {
    const child = spawn(process.execPath, [path.join(REPOSITORY, 'runner/cli.ts'), ...args], {
      cwd: dir,
      env: { ...base, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = once(child, 'close').then((): CliEnd => {
      running.delete(child);
      return { code: child.exitCode, stdout, stderr };
    });
    return {
      ended,
      said: (text) =>
        until(
          `"${text}" from stockflow ${args.join(' ')}`,
          async () => {
            if ((stdout + stderr).includes(text)) return stdout + stderr;
            if (child.exitCode !== null)
              throw new Error(`it ended with ${child.exitCode}: ${stdout}${stderr}`);
            return null;
          },
          SAID_WITHIN_MS,
        ),
      kill: (signal) => void child.kill(signal),
    };
  }

  return {
    dir,
    async write(file, text) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
      await writeFile(path.join(dir, file), text);
    },
    start,
    runAlone: (args, more) => start(args, more).ended,
    run: (args, more) => runCommandLine({ dir, args, env: { ...base, ...env, ...more } }, base),
  };
}

/** The run's own, where there is one: without it, each of many processes would strip the types anew. */
function compileCache(): { readonly NODE_COMPILE_CACHE: string } {
  const shared = process.env.NODE_COMPILE_CACHE || path.join(tmpdir(), 'stockflow-test-compile-cache');
  return { NODE_COMPILE_CACHE: shared };
}
