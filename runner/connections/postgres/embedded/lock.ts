import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.ts';

const SQLITE_BUSY = 5;
const RETRY_MS = 25;

/**
 * Locks a file against all other processes until disposed. The kernel holds the lock (through SQLite) and releases it
 * with the process, so no stale lock is left and no pid has to be checked.
 * @throws EmbeddedPostgresError after `timeoutMs`, or if the file cannot be created
 */
export async function holdLock(path: string, timeoutMs: number): Promise<Disposable> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const lock = tryLock(path);
    if (lock !== null) return lock;
    if (performance.now() > deadline) {
      throw new EmbeddedPostgresError(`another process has held ${path} for ${timeoutMs / 1000} s`);
    }
    await wait(RETRY_MS);
  }
}

function tryLock(path: string): Disposable | null {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    file.exec('begin exclusive');
    return file;
  } catch (cause) {
    file?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) return null;
    throw new EmbeddedPostgresError(
      `cannot lock ${path}: the folder must be writable for this user, and its disk not full. Or set STOCKFLOW_HOME to a folder of your own`,
      {
        cause,
      },
    );
  }
}
