const CHANNEL_ERROR = Symbol.for('stockflow.ChannelError');

/** A message that a channel did not take; its text holds no secret. */
export class ChannelError extends Error {
  override name = 'ChannelError';
  readonly [CHANNEL_ERROR] = true;
  /** False if the same message would be refused again, whatever is done to the channel. */
  readonly isRetryable: boolean;
  /** The shortest time in ms until a retry: what the receiver asked for, or what a person needs to correct a setting. */
  readonly retryAfterMs: number | null;
  /** False for a refusal of this message alone: others may be taken. */
  readonly holdsChannel: boolean;

  constructor(
    message: string,
    {
      isRetryable,
      retryAfterMs = null,
      holdsChannel = true,
      cause,
    }: {
      readonly isRetryable: boolean;
      readonly retryAfterMs?: number | null;
      readonly holdsChannel?: boolean;
      readonly cause?: unknown;
    },
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.isRetryable = isRetryable;
    this.retryAfterMs = retryAfterMs;
    this.holdsChannel = holdsChannel;
  }

  /** Returns true also for an error that another copy of this module made. */
  static override [Symbol.hasInstance](value: unknown): value is ChannelError {
    return value instanceof Error && CHANNEL_ERROR in value;
  }
}

/** The time in ms until a retry after a refusal that a person has to lift: repeated ones lock accounts. */
export const AFTER_FIX_MS = 3_600_000;
