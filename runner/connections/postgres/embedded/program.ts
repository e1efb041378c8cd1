import { spawn } from 'node:child_process';
import type { ServerAccount } from './account.ts';
import { type PostgresBinaries, type PostgresProgram, programPath } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';

/** The context of a server program: its binaries, its account, and a folder that the account can enter. */
export interface ProgramContext {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | null;
  readonly directory: string;
}

/**
 * Runs a program to its end, with `input` on its stdin.
 * @throws EmbeddedPostgresError with its stderr, if it does not exit with 0
 */
export async function runProgram(
  context: ProgramContext,
  program: PostgresProgram,
  args: readonly string[],
  input = '',
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(programPath(context.binaries, program), args, {
    ...(context.account ?? {}),
    cwd: context.directory,
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  // A program that ends without reading its input says why on stderr.
  child.stdin.on('error', () => {}).end(input);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('error', (cause) => {
    reject(
      new EmbeddedPostgresError(`${program} of the embedded Postgres cannot be run: ${cause.message}`, {
        cause,
      }),
    );
  });
  child.on('close', (code, signal) => {
    if (code === 0) return resolve();
    reject(
      new EmbeddedPostgresError(`${program} ended with ${signal ?? `exit code ${code}`}: ${stderr.trim()}`),
    );
  });
  await promise;
}

/**
 * Returns the environment of the programs: without the caller's PG* variables, and with messages and times that do not
 * depend on the machine.
 */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
