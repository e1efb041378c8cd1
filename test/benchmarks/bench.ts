/** A measured claim: our time beside a baseline's, in the same run, round by round. */
export interface Bench {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  /** The highest allowed ratio of our time to the baseline's. */
  readonly maxRatio: number;
  /** The highest allowed memory, if it is part of the claim. */
  readonly maxRssBytes?: number;
  /** The largest answer as it is sent, if its size is part of the claim. */
  readonly maxBytes?: number;
  /** Returns what the benchmark needs and is missing, and how to get it; null if nothing is. */
  missing(): string | null;
  /** Prepares, measures baseline and ours in turn, and cleans up. */
  measure(rounds: number, notice: (line: string) => void): Promise<readonly Round[]>;
}

export interface Round {
  readonly baselineMs: number;
  readonly oursMs: number;
  /** The highest resident memory of our process. */
  readonly rssBytes?: number | undefined;
  /** The size of the answer as it is sent. */
  readonly bytes?: number;
}

export interface Result {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly baseline_ms: number;
  readonly ours_ms: number;
  /** The median of the rounds' ratios; the lowest and highest are beside it. */
  readonly ratio: number;
  readonly ratio_min: number;
  readonly ratio_max: number;
  readonly max_ratio: number;
  readonly rss_bytes: number | null;
  readonly max_rss_bytes: number | null;
  readonly bytes: number | null;
  readonly max_bytes: number | null;
  readonly rounds: number;
  readonly met: boolean;
}

export function resultOf(bench: Bench, rounds: readonly Round[]): Result {
  const ratios = rounds.map(({ baselineMs, oursMs }) => oursMs / baselineMs);
  const ratio = median(ratios);
  const rssBytes = largest(rounds.map((round) => round.rssBytes));
  const bytes = largest(rounds.map((round) => round.bytes));
  return {
    name: bench.name,
    what: bench.what,
    against: bench.against,
    baseline_ms: median(rounds.map(({ baselineMs }) => baselineMs)),
    ours_ms: median(rounds.map(({ oursMs }) => oursMs)),
    ratio,
    ratio_min: Math.min(...ratios),
    ratio_max: Math.max(...ratios),
    max_ratio: bench.maxRatio,
    rss_bytes: rssBytes,
    max_rss_bytes: bench.maxRssBytes ?? null,
    bytes,
    max_bytes: bench.maxBytes ?? null,
    rounds: rounds.length,
    met: ratio <= bench.maxRatio && fits(rssBytes, bench.maxRssBytes) && fits(bytes, bench.maxBytes),
  };
}

/** Returns null where nothing was measured. */
function largest(values: readonly (number | undefined)[]): number | null {
  const measured = values.filter((value) => value !== undefined);
  return measured.length === 0 ? null : Math.max(...measured);
}

function fits(value: number | null, atMost: number | undefined): boolean {
  return value === null || atMost === undefined || value <= atMost;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Returns the milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}
