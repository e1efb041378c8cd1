import { NO_WORKER } from './cause.ts';
import type { NotStartedReason } from './sentence.ts';

/** The reason that holds a due run back, as far as it is known. */
export interface HoldUp {
  readonly liveWorkers: number;
  /** The oldest run of the DAG that is under way; null if there is none. */
  readonly runningRunId: number | null;
}

/** Returns why a due run is not running. A run under way explains nothing while there is nobody to work it. */
export function notStartedReason({ liveWorkers, runningRunId }: HoldUp): NotStartedReason {
  if (liveWorkers === 0) return { kind: 'no_worker' };
  return runningRunId === null ? { kind: 'unknown' } : { kind: 'behind_run', runId: runningRunId };
}

/** Returns the cause that an alert shares with those of other DAGs; null if it is the DAG's own. */
export function causeOfReason({ kind }: NotStartedReason): string | null {
  return kind === 'no_worker' ? NO_WORKER : null;
}
