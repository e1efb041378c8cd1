/** Sends what the outbox holds. A worker that is started with a sender takes the queue's jobs for it. */
export interface AlertSender {
  /**
   * Sends the deliveries of a channel that are due. It may be called at any time, by several workers at once, and for a
   * channel that has nothing due.
   * @param signal aborts when the worker stops
   */
  sendDue(channel: string, options: { readonly signal: AbortSignal }): Promise<void>;
}
