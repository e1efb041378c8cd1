/** Which of the waiting alerts of a channel are told in one message. */
import type { ToldAlert } from './message.ts';

/** An alert that waits for its delivery. */
export interface WaitingAlert extends ToldAlert {
  /** The key of the message in which it was tried before; null for the first try. */
  readonly messageKey: string | null;
  /** The key of the first message about its trouble on this channel; null if there is none. */
  readonly earlierMessageKey: string | null;
}

export interface AlertGroup {
  /** The same for every try, so that the channel can tell a repetition from a new message. */
  readonly messageKey: string;
  readonly alerts: readonly [WaitingAlert, ...WaitingAlert[]];
}

/**
 * Returns the message that the oldest waiting alert belongs to. A message that was tried before keeps its alerts, and
 * takes no further ones. A new one has all alerts of one kind and cause; recoveries of what was told in one message are
 * told in one.
 * @returns null if nothing waits
 */
export function firstGroup(waiting: readonly WaitingAlert[]): AlertGroup | null {
  const [first, ...others] = waiting.toSorted((a, b) => a.alertId - b.alertId);
  if (first === undefined) return null;
  const common = commonOf(first);
  const isOfGroup = (alert: WaitingAlert): boolean =>
    first.messageKey === null
      ? alert.messageKey === null &&
        alert.kind === first.kind &&
        common !== null &&
        commonOf(alert) === common
      : alert.messageKey === first.messageKey;
  return { messageKey: first.messageKey ?? first.dedupKey, alerts: [first, ...others.filter(isOfGroup)] };
}

function commonOf({ kind, cause, earlierMessageKey }: WaitingAlert): string | null {
  return kind === 'recovered' ? earlierMessageKey : cause;
}
