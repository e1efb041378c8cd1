import type { NightKind } from './night_plan.ts';

export interface NightResult {
  /** From 0, over the whole campaign. */
  readonly night: number;
  readonly date: string;
  readonly kind: NightKind;
  readonly changesClock: boolean;
  /** Whether the night was applied. */
  readonly isApplied: boolean;
  /** Keys held out because a booking could not be placed. */
  readonly ambiguousKeys: number;
  /** Shipments from before a snapshot of which units came back after it. */
  readonly cancelledAcross: number;
  readonly ownSnapshots: number;
  readonly keysCompared: number;
  /** What is not as it must be, in words. */
  readonly wrong: readonly string[];
  /** Keys that the plain practice would have left wrong; null where it was not worked out. */
  readonly plainWrongKeys: number | null;
}
