/** Judges whether a run takes longer than the last ones. */

/** Fewer runs than these do not show what is usual. */
export const LEAST_RUNS = 5;

/** A run is slow past this multiple of the median, */
const FACTOR = 1.5;
/** and past so many spreads above it, for a DAG whose runs differ by nature, */
const SPREADS = 5;
/** and past so many ms above it, so that a run of seconds is not told of for a minute more. */
const LEAST_EXCESS_MS = 60_000;

export interface UsualRun {
  readonly medianMs: number;
  /** The median distance of the durations from their median. */
  readonly spreadMs: number;
  /** The duration in ms past which a run is slow. */
  readonly boundMs: number;
  readonly runs: number;
}

/**
 * Returns the usual duration of a run and the bound past which one is slow; null if too few have succeeded. Both figures
 * are medians, so that a night of an outage among the last runs moves neither.
 * @param durationsMs of the last successful runs
 */
export function usualRun(durationsMs: readonly number[]): UsualRun | null {
  if (durationsMs.length < LEAST_RUNS) return null;
  const medianMs = median(durationsMs);
  const spreadMs = median(durationsMs.map((ms) => Math.abs(ms - medianMs)));
  const boundMs = Math.max(FACTOR * medianMs, medianMs + SPREADS * spreadMs, medianMs + LEAST_EXCESS_MS);
  return { medianMs, spreadMs, boundMs, runs: durationsMs.length };
}

/** Returns the middle value, or the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
