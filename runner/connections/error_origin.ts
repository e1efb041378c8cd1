import { ConnectionError, type ConnectionErrorKind } from './connection_error.ts';
import { ConnectionLost, DatabaseUnreachable } from './postgres/errors.ts';

/** The kinds of error that every user of a server gets while it lasts, whatever he asks for. */
const OUTAGES: ReadonlySet<ConnectionErrorKind> = new Set([
  'unreachable',
  'auth',
  'host_key',
  'lost',
  'stalled',
]);

/**
 * Returns the server whose outage an error tells of, as `host:port`, so that the errors of many tasks are known to have
 * one cause; null for an error that concerns its own task only.
 */
export function originOf(thrown: unknown): string | null {
  const seen = new Set<unknown>();
  for (let error: unknown = thrown; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    if (error instanceof DatabaseUnreachable || error instanceof ConnectionLost)
      return `${error.address.host}:${error.address.port}`;
    if (error instanceof ConnectionError && OUTAGES.has(error.kind) && error.server != null)
      return error.server;
  }
  return null;
}
