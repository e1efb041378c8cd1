import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../connections/postgres/connect.ts';
import { errorCode } from '../connections/postgres/errors.ts';
import type { Log } from '../log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Of the engine's statements only those time out that wait for the lock of someone who hangs. */
const STATEMENT_TIMED_OUT = '57014';

/**
 * Runs `work` until the database has answered it, however long that takes: what was done must not be lost because
 * Postgres was away. An error that is the database's answer is thrown.
 *
 * @param onLost called after each try whose fate is unknown: it may have been committed
 */
export async function retryWhileDatabaseUnavailable<T>(
  log: Log,
  work: () => Promise<T>,
  onLost: () => void = () => {},
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error) && errorCode(error) !== STATEMENT_TIMED_OUT) throw error;
      onLost();
      log.warn('the database is unavailable; retrying', { pauseMs, error: String(error) });
      // A process that has nothing else left to do need not wait for the database to come back.
      await pause(pauseMs, undefined, { ref: false });
    }
  }
}
