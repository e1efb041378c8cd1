import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../connections/postgres/connect.ts';
import { errorCode } from '../connections/postgres/errors.ts';
import type { Log } from '../log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/**
 * The SQLSTATE of a statement timeout. Of the engine's statements only those time out that wait for a lock of a frozen
 * process.
 */
const STATEMENT_TIMED_OUT = '57014';

/**
 * Runs `work` until the database has answered, however long that takes, so that no result is lost in an outage. An
 * error that is the database's answer is thrown.
 * @param onLost called after each try whose outcome is unknown: it may have been committed
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
      // The timer does not keep alive a process that has nothing else to do.
      await pause(pauseMs, undefined, { ref: false });
    }
  }
}
