/** Questions that a person answers before a task goes on. */

export interface ApprovalRequest {
  /** A whole sentence that a person can say yes or no to: what happens if they approve. At most 1,000 characters. */
  readonly question: string;
  /** The names of those who may answer, as the history has them; all who may operate by default. */
  readonly approvers?: readonly string[];
  /** Refuses an answer by those who triggered the run, cleared its tasks or changed its params. False by default. */
  readonly notRequester?: boolean;
  /** How long the question stands, in milliseconds from when it was first asked. */
  readonly timeoutMs: number;
}

/** The answer to a question. */
export interface ApprovalAnswer {
  /** `expired` if nobody answered in time. */
  readonly decision: 'approved' | 'rejected' | 'expired';
  /** The person; null for `expired`. */
  readonly by: string | null;
  /** The instant of the answer, or that at which the question expired. */
  readonly at: Temporal.Instant;
  readonly reason: string | null;
}
