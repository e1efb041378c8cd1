import type { ClockChange } from '../plan/calendar.ts';
import type { NightKind } from '../plan/night_plan.ts';
import type { Tally } from './counts.ts';

export interface NightResult {
  /** From 0, over the whole campaign. */
  readonly night: number;
  readonly date: string;
  readonly kind: NightKind;
  readonly clockChange: ClockChange | null;
  /** Whether the night was applied. */
  readonly isApplied: boolean;
  readonly keysCompared: number;
  /** Counts that are not as they must be, in words. */
  readonly wrong: readonly string[];
  /** What else is not: how a run ended, how many batches there are. */
  readonly unexpected: readonly string[];
  /** Runs that were green, changed nothing, and did not say so. */
  readonly silent: readonly string[];
  /** Keys that the naive baseline would have left wrong; null where it was not worked out. */
  readonly naiveWrongKeys: number | null;
  /** What was done to it on purpose. */
  readonly faults: Tally;
  /** What happened in the stores since the night before. */
  readonly events: Tally;
  /** Where in the night that was, in the stores' time. */
  readonly places: Tally;
  /** Movements that the OMS really wrote down while a task was at work, by the task, and between two of them. */
  readonly besideTasks: Tally;
  /** What the night has, of what only some have. */
  readonly traits: readonly string[];
  readonly milliseconds: number;
}
