import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import type { InFlight } from '../worker/in_flight.ts';
import type { AlertSender } from './sender.ts';

export interface SendJobParts {
  readonly log: Log;
  readonly inFlight: InFlight;
  /** Aborts when the worker stops. */
  readonly signal: AbortSignal;
}

/**
 * Returns the handler of a channel's job. It begins to send and returns: sending goes on beside the slots of the tasks, so a
 * channel that does not answer holds none of them.
 */
export function sendJob(
  sender: AlertSender,
  { log, inFlight, signal }: SendJobParts,
): (channel: string) => Promise<void> {
  return async (channel) => {
    const sending = sender.sendDue(channel, { signal }).catch((error: unknown) => {
      // What is due is taken up again within seconds.
      log.warn('alerts cannot be sent now', { channel, error: errorFacts(error).errorText });
    });
    void inFlight.add(sending);
  };
}
