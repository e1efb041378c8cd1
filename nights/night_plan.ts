/** What a night will be like. */
import type { Random } from '../demo/random.ts';
import { changesClock, dueAtMs } from './calendar.ts';

const WEIGHTS = {
  ordinary: 46,
  /** No file at the deadline; it comes later and the night is run again. */
  late: 6,
  missing: 5,
  /** Retail Pro's file ends too early. */
  cut: 6,
  /** Only yesterday's file is there, under its own name or tonight's. */
  yesterday: 6,
  /** Two files of this night, of which the newer counts. */
  double: 6,
  rerun: 7,
  /** Triggered twice at once. */
  twice: 4,
  backfill: 7,
  crashed: 5,
} as const;
export type NightKind = keyof typeof WEIGHTS;
export const NIGHT_KINDS = Object.keys(WEIGHTS).filter((kind): kind is NightKind => kind in WEIGHTS);
const DECK = NIGHT_KINDS.flatMap((kind) => Array<NightKind>(WEIGHTS[kind]).fill(kind));

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export interface NightPlan {
  readonly kind: NightKind;
  readonly date: Temporal.PlainDate;
  readonly changesClock: boolean;
  /** T of the file, in whole seconds as its name tells it. */
  readonly snapshotAtMs: number;
  /** T of stores that were counted at another time. */
  readonly ownSnapshotAtMs: ReadonlyMap<string, number>;
  /** When the freeze, the reset and the variance are worked, in the stores' time: after every T. */
  readonly freezeAtMs: number;
  readonly resetAtMs: number;
  readonly endAtMs: number;
}

export function planNight(
  random: Random,
  { date, storeIds }: { readonly date: Temporal.PlainDate; readonly storeIds: readonly string[] },
): NightPlan {
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
  return {
    kind: random.pick(DECK),
    date,
    changesClock: changesClock(date),
    snapshotAtMs,
    ownSnapshotAtMs,
    freezeAtMs,
    resetAtMs,
    endAtMs: resetAtMs + HOUR_MS + random.integer(1, 300) * SECOND_MS,
  };
}

export function snapshotOf(plan: NightPlan, facilityId: string): number {
  return plan.ownSnapshotAtMs.get(facilityId) ?? plan.snapshotAtMs;
}
