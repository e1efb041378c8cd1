/** The record of a try that failed. */
import { ChannelError } from '../../connections/channel/error.ts';
import { errorFacts } from '../../core/value/error_text.ts';

export interface SendFailure {
  readonly errorText: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | null;
  /** Whether the channel's other alerts wait for this one. */
  readonly holdsChannel: boolean;
}

export function failureOf(error: unknown): SendFailure {
  const { errorText } = errorFacts(error);
  return error instanceof ChannelError
    ? {
        errorText,
        isRetryable: error.isRetryable,
        retryAfterMs: error.retryAfterMs,
        holdsChannel: error.holdsChannel,
      }
    : { errorText, isRetryable: true, retryAfterMs: null, holdsChannel: true };
}
