/** A night of the sync from the stores' side: the evening on which Retail Pro took its snapshot. */
export interface WorldNight {
  /** The local date on which the sync runs, shortly after midnight. */
  readonly businessDate: Temporal.PlainDate;
  /** An IANA time zone. */
  readonly timezone: string;
  /** T: the file contains what Retail Pro had booked at or before this instant. Epoch milliseconds. */
  readonly snapshotAtMs: number;
}

/** A local time after the stores have closed and before the sync starts. */
const SNAPSHOT_TIME = Temporal.PlainTime.from('23:45');

export function makeNight(businessDate: Temporal.PlainDate, timezone: string): WorldNight {
  const snapshotAt = businessDate
    .subtract({ days: 1 })
    .toZonedDateTime({ timeZone: timezone, plainTime: SNAPSHOT_TIME });
  return { businessDate, timezone, snapshotAtMs: snapshotAt.epochMilliseconds };
}
