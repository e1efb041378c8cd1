/** Refuses dates in the future: no run starts before the instant that it is scheduled for. */

export interface RunDate {
  readonly dagId: string;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * Returns why a date cannot run yet, as one sentence with the instant from which it can; null once it is due. A date
 * that ran early would count as done when it comes, with the data of the day before.
 */
export function notDueYet(date: RunDate, now: Temporal.Instant): string | null {
  const { dagId, businessDate, scheduledFor, timezone } = date;
  if (Temporal.Instant.compare(scheduledFor, now) <= 0) return null;
  const due = scheduledFor.toZonedDateTimeISO(timezone);
  const at = `${due.toPlainDate()} ${due.toPlainTime().toString({ smallestUnit: 'minute' })} ${timezone}`;
  return `${dagId} is not due yet for ${businessDate}: its run is scheduled for ${at}, and can be worked from then on`;
}
