/** The root cause of an alert, as far as it is known. Alerts with an equal cause are told in one message. */

/** The cause of everything that stands still because nothing works. */
export const NO_WORKER = 'no live worker';

/**
 * Returns the cause of a task's error: one outage makes many errors, of several classes, in tasks of many DAGs.
 * @param origin the host or the connection that failed; null for an error that tells of no outage
 * @returns null for an error that is the task's own
 */
export function causeOfError({
  errorClass,
  origin,
}: {
  readonly errorClass: string | null;
  readonly origin: string | null;
}): string | null {
  if (errorClass === 'Quarantined' || errorClass === 'WorkerLost') return 'lost workers';
  return origin === null ? null : `no answer from ${origin}`;
}
