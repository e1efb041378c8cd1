/** Runs programs as a person on this machine does, outside the clone: without its Node, npm's variables and the test run's. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until.ts';

const KEPT =
  /^(HOME|USER|LANG|TMPDIR|CI|https?_proxy|no_proxy|npm_config_(registry|cache|userconfig|cafile))$/i;
/** Room for the listing of a package. */
const OUTPUT_BYTES = 64 * 1024 ** 2;

const ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name))),
  PATH: (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => !/node_modules|node-gyp-bin/.test(folder))
    .join(path.delimiter),
};

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws Error with all that it wrote if it fails */
export async function run(cwd: string, program: string, ...args: readonly string[]): Promise<Ran> {
  try {
    return await promisify(execFile)(program, args, { cwd, env: ENV, maxBuffer: OUTPUT_BYTES });
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error;
    throw new Error(`${program} ${args.join(' ')} in ${cwd}:\n${error.stdout}${error.stderr}`, {
      cause: error,
    });
  }
}

/** Installs what package.json names, from npm's cache as far as that goes. */
export async function install(project: string): Promise<void> {
  await run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
}

export interface Running {
  /** Waits until what it has written on stderr matches, and returns the match. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  /** Stops it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts a program that runs until it is stopped; it is killed at the end of `lifetime` at the latest. */
export function start(
  lifetime: { after(cleanUp: () => void): void },
  cwd: string,
  [program, ...args]: readonly [string, ...string[]],
): Running {
  const child = spawn(program, args, { cwd, env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
  lifetime.after(() => void child.kill('SIGKILL'));
  let written = '';
  child.stderr.on('data', (chunk: Buffer) => {
    written += chunk;
  });
  return {
    wrote: (pattern) =>
      until(`${pattern}`, async () => {
        if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${written}`);
        return pattern.exec(written);
      }),
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill('SIGINT');
      const [exitCode]: unknown[] = await once(child, 'exit');
      return typeof exitCode === 'number' ? exitCode : null;
    },
  };
}
