/** The options and the result of sending a message, for every kind of channel. */
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
  /** The receiver's answer, for a person. */
  readonly answer: string;
}
