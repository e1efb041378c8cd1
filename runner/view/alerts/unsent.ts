/** Channels that do not take what they are to be told. */
import type { UnsentChannel } from '../../store/alert/listing.ts';
import { inZone } from '../time_text.ts';

/** Returns `night_mail: 2 alerts not sent, since 2026-03-10 02:10 EDT: connection refused; the next try is at ...`. */
export function unsentText(unsent: UnsentChannel, timezone: string): string {
  const { channel, count, since, errorText, nextAttemptAt } = unsent;
  const next = nextAttemptAt === null ? 'given up' : `the next try is at ${inZone(nextAttemptAt, timezone)}`;
  return `${channel}: ${count} ${count === 1 ? 'alert' : 'alerts'} not sent, since ${inZone(since, timezone)}: ${errorText}; ${next}`;
}
