/** Plans a night: its kind, its snapshots and the instants of its tasks. */
import type { Random } from '../../../demo/world/random.ts';
import { type ClockChange, clockChange, dueAtMs } from './calendar.ts';

/** The number of such nights in a hundred. */
const WEIGHTS = {
  ordinary: 18,
  /** No file at the deadline; it comes later and the night is run again. */
  late: 6,
  missing: 5,
  /** Retail Pro's file is truncated. */
  cut: 6,
  /** Only yesterday's file is there, under its own name or tonight's. */
  yesterday: 6,
  /** Two files of this night; the newer one is used. */
  double: 6,
  rerun: 7,
  /** Triggered twice at once. */
  twice: 4,
  /** The night before is run again after this one, from a file of its own, and is refused. */
  backfill: 7,
  /** Its worker dies during the night. */
  crashed: 5,
  /** A commit to the OMS is lost, or its answer is. */
  commit_lost: 6,
  /** The connection to the SFTP server is cut at a random byte. */
  sftp_cut: 4,
  /** A newer file of the date arrives after the night is applied: refused, and then applied on top with `supersede`. */
  corrected: 6,
  /** Ids of the file were read as numbers, in all stores or in one, so that keys lose their count. */
  lost_cover: 5,
  /** Some products are counted at two locations of a store. */
  two_locations: 4,
  /** Returns and receipts that the OMS knows and Retail Pro enters after its snapshot. */
  late_entries: 5,
  /** A missed night is run before this one; drawn only if there is one. */
  caught_up: 0,
} as const;
export type NightKind = keyof typeof WEIGHTS;
export const NIGHT_KINDS = Object.keys(WEIGHTS).filter((kind): kind is NightKind => kind in WEIGHTS);
const DECK = NIGHT_KINDS.flatMap((kind) => Array<NightKind>(WEIGHTS[kind]).fill(kind));
const CATCHES_UP_SHARE = 0.6;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export interface NightPlan {
  readonly kind: NightKind;
  readonly date: Temporal.PlainDate;
  readonly clockChange: ClockChange | null;
  /** T of the file, in whole seconds, which is the precision of its name. */
  readonly snapshotAtMs: number;
  /** T of stores that were counted at another time. */
  readonly ownSnapshotAtMs: ReadonlyMap<string, number>;
  /** The instants of filter and freeze, reset, and variance in the stores' time, after every T. */
  readonly freezeAtMs: number;
  readonly resetAtMs: number;
  readonly applyAtMs: number;
  readonly endAtMs: number;
}

export interface NightSetting {
  readonly date: Temporal.PlainDate;
  readonly storeIds: readonly string[];
  /** Whether the previous night was not applied. */
  readonly isOneMissed: boolean;
  /** Drawn at random if left out. */
  readonly kind?: NightKind | undefined;
}

export function planNight(random: Random, { date, storeIds, isOneMissed, kind }: NightSetting): NightPlan {
  const dueMs = dueAtMs(date);
  const offsetSeconds = random.chance(0.85)
    ? -random.integer(5 * 60, 5 * 3600)
    : random.integer(0, 2.5 * 3600);
  const snapshotAtMs = dueMs + offsetSeconds * SECOND_MS;
  const ownSnapshotAtMs = new Map<string, number>();
  if (random.chance(0.45)) {
    for (const storeId of storeIds) {
      if (random.chance(0.5))
        ownSnapshotAtMs.set(storeId, snapshotAtMs + random.integer(-7200, 3600) * SECOND_MS);
    }
  }
  const latestMs = Math.max(snapshotAtMs, ...ownSnapshotAtMs.values(), dueMs + 30 * MINUTE_MS);
  const freezeAtMs = latestMs + random.integer(60, 1200) * SECOND_MS;
  const resetAtMs = freezeAtMs + random.integer(60, 1200) * SECOND_MS;
  const applyAtMs = resetAtMs + HOUR_MS;
  return {
    kind: kind ?? (isOneMissed && random.chance(CATCHES_UP_SHARE) ? 'caught_up' : random.pick(DECK)),
    date,
    clockChange: clockChange(date),
    snapshotAtMs,
    ownSnapshotAtMs,
    freezeAtMs,
    resetAtMs,
    applyAtMs,
    endAtMs: applyAtMs + random.integer(1, 1800) * SECOND_MS,
  };
}

/**
 * Returns the plan of a repeated count of the same night: the snapshots are later by `laterMs`, and the tasks run at
 * its end.
 */
export function correctedPlan(plan: NightPlan, laterMs: number): NightPlan {
  return {
    ...plan,
    snapshotAtMs: plan.snapshotAtMs + laterMs,
    ownSnapshotAtMs: new Map([...plan.ownSnapshotAtMs].map(([storeId, atMs]) => [storeId, atMs + laterMs])),
    freezeAtMs: plan.endAtMs,
    resetAtMs: plan.endAtMs,
    applyAtMs: plan.endAtMs,
  };
}

export function snapshotOf(plan: NightPlan, facilityId: string): number {
  return plan.ownSnapshotAtMs.get(facilityId) ?? plan.snapshotAtMs;
}

/** Returns each facility's T, by its id. */
export function snapshotsOf(
  plan: NightPlan,
  facilities: readonly { readonly facilityId: string }[],
): ReadonlyMap<string, number> {
  return new Map(facilities.map(({ facilityId }) => [facilityId, snapshotOf(plan, facilityId)]));
}
