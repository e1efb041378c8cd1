import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { readOrNull } from './files.ts';

/** What a running server says of itself in `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/**
 * The server that runs on this data folder; it may still be starting. Null where none does: a `postmaster.pid` that a
 * killed one left is removed when its number has gone to another program, which Postgres itself would not dare.
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
    // EPERM: alive, and another user's.
    return errorCode(error) === 'EPERM';
  }
}

/** Where the system does not show command lines (no `/proc`), the pid is believed. */
async function isPostgres(pid: number): Promise<boolean> {
  const commandLine = await readOrNull(`/proc/${pid}/cmdline`);
  return commandLine === null || (commandLine.split('\0')[0] ?? '').includes('postgres');
}
