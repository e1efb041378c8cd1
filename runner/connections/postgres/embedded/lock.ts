import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.ts';

const SQLITE_BUSY = 5;
const RETRY_MS = 25;

/**
 * Holds a file against all other processes until disposed. The kernel holds the lock (by way of SQLite) and drops it
 * with the process, so none is ever left behind and no pid needs to be judged.
 * @throws EmbeddedPostgresError after `timeoutMs`, or where the file cannot be made
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
