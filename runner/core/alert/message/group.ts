/** Which of the waiting alerts of a channel are told in one message. */
import type { ToldAlert } from './message.ts';

/** An alert that waits, with the key of the message in which it was tried before; null for the first try. */
export interface WaitingAlert extends ToldAlert {
  readonly messageKey: string | null;
}

export interface AlertGroup {
  /** The same for every try, so that the channel can tell a repetition from a new message. */
  readonly messageKey: string;
  readonly alerts: readonly [WaitingAlert, ...WaitingAlert[]];
}

/**
 * Returns the message that the oldest waiting alert belongs to. A message that was tried before keeps its alerts, and
 * takes no further ones; a new one has all alerts of one kind and cause.
 * @returns null if nothing waits
 */
export function firstGroup(waiting: readonly WaitingAlert[]): AlertGroup | null {
  const [first, ...others] = waiting.toSorted((a, b) => a.alertId - b.alertId);
  if (first === undefined) return null;
  const isOfGroup = (alert: WaitingAlert): boolean =>
    first.messageKey === null
      ? alert.messageKey === null &&
        first.cause !== null &&
        alert.cause === first.cause &&
        alert.kind === first.kind
      : alert.messageKey === first.messageKey;
  return { messageKey: first.messageKey ?? first.dedupKey, alerts: [first, ...others.filter(isOfGroup)] };
}
