/** A night of the sync, seen from the stores: the evening on which Retail Pro took its snapshot. */
export interface WorldNight {
  /** The local date on which the sync runs, shortly after midnight. */
  readonly businessDate: Temporal.PlainDate;
  /** IANA name. */
  readonly timezone: string;
  /** T: what Retail Pro had booked at or before this instant is in its file. Epoch milliseconds. */
  readonly snapshotAtMs: number;
}

/** Stores have closed and the sync has not begun. */
const SNAPSHOT_TIME = Temporal.PlainTime.from('23:45');

export function makeNight(businessDate: Temporal.PlainDate, timezone: string): WorldNight {
  const snapshotAt = businessDate
    .subtract({ days: 1 })
    .toZonedDateTime({ timeZone: timezone, plainTime: SNAPSHOT_TIME });
  return { businessDate, timezone, snapshotAtMs: snapshotAt.epochMilliseconds };
}
