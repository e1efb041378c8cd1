import { spawn } from 'node:child_process';
import type { ServerAccount } from './account.ts';
import { type PostgresBinaries, type PostgresProgram, programPath } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';

/** How a server program is run: whose, as whom, and in a folder that user can enter. */
export interface ProgramContext {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | null;
  readonly directory: string;
}

/**
 * Runs a program to its end, with `input` on its stdin.
 * @throws EmbeddedPostgresError with what it wrote on stderr, when it does not exit 0
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
  // A program that ends without reading says why on stderr.
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

/** None of the caller's PG* variables; messages and times that do not depend on the machine. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
