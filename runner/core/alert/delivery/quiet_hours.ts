/** The hours of the day in which a channel is left in peace. */
export interface QuietHours {
  readonly from: Temporal.PlainTime;
  /** Earlier than `from` for hours over midnight; never equal to it. */
  readonly to: Temporal.PlainTime;
  /** IANA. */
  readonly timezone: string;
}

/** Returns the instant at which the quiet hours end in which `now` lies; null outside of them. */
export function quietUntil(
  { from, to, timezone }: QuietHours,
  now: Temporal.Instant,
): Temporal.Instant | null {
  const local = now.toZonedDateTimeISO(timezone);
  const time = local.toPlainTime();
  const isAfterFrom = Temporal.PlainTime.compare(time, from) >= 0;
  const isBeforeTo = Temporal.PlainTime.compare(time, to) < 0;
  const isOverMidnight = Temporal.PlainTime.compare(from, to) > 0;
  if (isOverMidnight ? !isAfterFrom && !isBeforeTo : !isAfterFrom || !isBeforeTo) return null;
  const lastDay = isOverMidnight && isAfterFrom ? local.toPlainDate().add({ days: 1 }) : local.toPlainDate();
  const end = lastDay.toZonedDateTime({ timeZone: timezone, plainTime: to }).toInstant();
  // Where the clock is set back over the end, the hour after it is passed twice.
  return Temporal.Instant.compare(end, now) > 0 ? end : null;
}
