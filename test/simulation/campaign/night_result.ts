import type { ClockChange } from '../plan/calendar.ts';
import type { NightKind } from '../plan/night_plan.ts';
import type { ShadowFigures } from '../run/shadow_runs.ts';
import type { CountByName } from './counts.ts';

export interface NightResult {
  /** The number of the night in the whole campaign, from 0. */
  readonly night: number;
  readonly date: string;
  readonly kind: NightKind | 'closed';
  readonly clockChange: ClockChange | null;
  /** Whether the night was applied. */
  readonly isApplied: boolean;
  readonly keysCompared: number;
  /** Sentences about counts that differ from the expected ones. */
  readonly wrong: readonly string[];
  /** Sentences about other deviations: how a run ended, how many batches there are. */
  readonly unexpected: readonly string[];
  /** Runs that succeeded, changed nothing, and gave no warning of it. */
  readonly silent: readonly string[];
  /** Keys that the naive baseline would have left wrong; null if it was not computed. */
  readonly naiveWrongKeys: number | null;
  /** The figures of the runs that were worked in shadow first; null if none were. */
  readonly shadow: ShadowFigures | null;
  /** The injected faults. */
  readonly faults: CountByName;
  /** The events in the stores since the night before. */
  readonly events: CountByName;
  /** The positions of the events in the night, in the stores' time. */
  readonly places: CountByName;
  /** Movements that the OMS recorded while a task was running, by task, and between two tasks. */
  readonly besideTasks: CountByName;
  /** The night's traits, which only some nights have. */
  readonly traits: readonly string[];
  readonly milliseconds: number;
}
