import { ConnectionLost, DatabaseUnreachable, errorCode, PoolExhausted } from './errors.ts';
import { CommitOutcomeUnknown, RollbackFailed } from './transaction.ts';

/**
 * SQLSTATEs of an unavailable database. 08: connection; 53: no disk, memory or session left; 57P: shut down, crashed,
 * starting; 25P03: the session was idle in a transaction for too long and was ended; 25006: a standby took over the
 * address and is not promoted yet.
 */
const UNAVAILABLE = /^(08...|53...|57P0[1-5]|25P03|25006)$/;

/** Returns true if the database gave no answer, or cannot do the work at present; waiting may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof RollbackFailed) return isDatabaseUnavailable(error.cause);
  if (error instanceof ConnectionLost || error instanceof DatabaseUnreachable) return true;
  if (error instanceof CommitOutcomeUnknown || error instanceof PoolExhausted) return true;
  return UNAVAILABLE.test(errorCode(error) ?? '');
}
