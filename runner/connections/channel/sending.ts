/** What every kind of channel is told with a message, and what it gives back. */
export interface SendOptions {
  /** The same for every try of one message. */
  readonly dedupKey: string;
  /** The conversation that earlier messages of the trouble began, in the channel's own terms; null for a new one. */
  readonly thread: string | null;
  readonly now: Temporal.Instant;
  readonly signal: AbortSignal;
}

export interface Sent {
  /** For later messages of the trouble; null for a channel without conversations. */
  readonly thread: string | null;
  /** What the receiver answered, for a person. */
  readonly answer: string;
}
