import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { readOrNull } from './files.ts';

/** The facts of a running server in `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/**
 * Returns the server that runs on this data folder, possibly still starting; null if there is none. A `postmaster.pid`
 * of a killed server is removed if its pid now belongs to another program, which Postgres itself does not do.
 */
export async function runningServer(data: string): Promise<RunningServer | null> {
  const pidFile = join(data, 'postmaster.pid');
  const lines = (await readOrNull(pidFile))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  if (await isPostgres(pid)) return { pid, port };
  await rm(pidFile);
  return null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process is alive, and belongs to another user.
    return errorCode(error) === 'EPERM';
  }
}

/** Returns true if the process is a Postgres. On a system without `/proc` the pid alone is trusted. */
async function isPostgres(pid: number): Promise<boolean> {
  const commandLine = await readOrNull(`/proc/${pid}/cmdline`);
  return commandLine === null || (commandLine.split('\0')[0] ?? '').includes('postgres');
}
