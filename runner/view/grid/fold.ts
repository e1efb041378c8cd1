import type { TaskState } from '../../core/run/states.ts';

/** The states from the one that a reader must see first to the one that is fine. */
const WORST_FIRST = [
  'failed',
  'upstream_failed',
  'cancelled',
  'up_for_retry',
  'running',
  'queued',
  'deferred',
  'none',
  'skipped',
  'success',
] as const satisfies readonly TaskState[];

const RANKS: ReadonlyMap<TaskState, number> = new Map(WORST_FIRST.map((state, rank) => [state, rank]));

/** Returns the state that stands for both. */
export function foldStates(one: TaskState | null, other: TaskState): TaskState {
  return one !== null && rankOf(one) <= rankOf(other) ? one : other;
}

function rankOf(state: TaskState): number {
  return RANKS.get(state) ?? WORST_FIRST.length;
}
