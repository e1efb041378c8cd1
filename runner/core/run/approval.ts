/** Decides who may answer what a task asks before it goes on. */

/** The question of a task, with those who may answer it. */
export interface Approval {
  readonly question: string;
  /** Empty for everyone who may operate. */
  readonly approvers: readonly string[];
  /** The people who triggered the run, cleared its tasks or changed its params before it asked. */
  readonly requesters: readonly string[];
  readonly notRequester: boolean;
  readonly expiresAt: Temporal.Instant;
}

/** Returns why a person may not answer; null if they may. */
export function whyNotAnswer(
  { approvers, requesters, notRequester, expiresAt }: Approval,
  { actor, now }: { readonly actor: string; readonly now: Temporal.Instant },
): string | null {
  if (Temporal.Instant.compare(now, expiresAt) >= 0)
    return `nobody answered by ${expiresAt.toString({ smallestUnit: 'second' })}, so that it counts no more`;
  if (approvers.length > 0 && !approvers.includes(actor))
    return `${actor} is none of those who may answer: ${approvers.join(', ')}`;
  if (notRequester && requesters.includes(actor))
    return `${actor} asked for it, so that a second person has to answer`;
  return null;
}
