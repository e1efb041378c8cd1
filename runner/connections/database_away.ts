import { DatabaseUnreachable, errorCode } from './postgres_error.ts';

/** SQLSTATE classes and codes after which the same statement may well work later. */
const AWAY_STATES = [
  '08', // connection exception
  '57P', // shutting down, crashed, starting up
  '53', // out of connections, memory or disk: nothing was done
  '25006', // read-only: a standby, or a primary that is being demoted
];

const AWAY_ERRNOS = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'];

/** What pg says, without any code, when a session ends under a statement. */
const AWAY_MESSAGES = /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded)/;

/** Whether the database did not answer at all: the statement's fate is unknown, and trying again is the cure. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseUnreachable) return true;
    const code = errorCode(cause);
    if (code !== undefined && AWAY_ERRNOS.includes(code)) return true;
    if (code !== undefined && AWAY_STATES.some((state) => code.startsWith(state))) return true;
    if (AWAY_MESSAGES.test(cause.message)) return true;
  }
  return false;
}
