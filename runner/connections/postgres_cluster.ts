import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProgramContext, runProgram } from './postgres_program.ts';

/** The superuser of every cluster made here. */
export const CLUSTER_USER = 'stockflow';

/**
 * Makes a cluster in `<context.directory>/<folder>` (absent or empty): UTF-8, C.UTF-8 collation from Postgres itself
 * (the same on every system), passwords by scram-sha-256.
 * @throws EmbeddedPostgresError with what initdb said
 */
export async function initCluster(context: ProgramContext, data: string, password: string): Promise<void> {
  const passwordFile = join(context.directory, `password.${process.pid}.tmp`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (context.account !== null) await chown(passwordFile, context.account.uid, context.account.gid);
    await runProgram(context, 'initdb', [
      `--pgdata=${data}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** What a running server says of itself in `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/**
 * The server that runs on this data folder; null where none does, also when a `postmaster.pid` was left by a killed one.
 * It may still be starting.
 */
export async function runningServer(data: string): Promise<RunningServer | null> {
  const lines = (await readOrNull(join(data, 'postmaster.pid')))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (!(await isPostmasterOf(pid, data))) return null;
  return { pid, port };
}

/** A pid alone proves nothing after a reboot: the process must be one that was given this data folder. */
async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: alive, and another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const commandLine = await readOrNull(`/proc/${pid}/cmdline`);
  return commandLine === null || commandLine.split('\0').includes(data);
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
