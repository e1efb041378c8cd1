/** Nights by the hundred, in chapters that each have their own stores, dates and database. */
import { workChapter } from './chapter.ts';
import { NIGHT_KINDS } from './night_plan.ts';
import type { NightResult } from './night_result.ts';

/** So that one goes wrong is found again without working all before it. */
export const CHAPTER_NIGHTS = 50;

export interface CampaignOptions {
  readonly count: number;
  readonly seed: string;
  /** The first night to work: its chapter is begun from its beginning. */
  readonly from?: number;
  readonly withPlainPractice?: boolean;
  /** Ends early, with what was worked by then. */
  readonly signal?: AbortSignal;
  readonly onNight?: (result: NightResult) => void;
}

export interface CampaignSummary {
  readonly seed: string;
  readonly nights: number;
  readonly applied_nights: number;
  readonly keys_compared: number;
  readonly wrong_counts: number;
  readonly by_kind: Readonly<Record<string, number>>;
  readonly clock_change_nights: number;
  readonly nights_with_ambiguous_keys: number;
  readonly nights_with_own_snapshots: number;
  readonly nights_with_cancelled_after_snapshot: number;
  /** Applied nights that the plain practice would have left with a wrong count; null where it was not worked out. */
  readonly plain_practice_wrong_nights: number | null;
  readonly plain_practice_wrong_counts: number | null;
  readonly findings: readonly { readonly night: number; readonly what: string }[];
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignSummary> {
  const { count, seed, from = 0, withPlainPractice = false, signal, onNight } = options;
  const results: NightResult[] = [];
  const firstChapter = Math.floor(from / CHAPTER_NIGHTS);
  for (let firstNight = firstChapter * CHAPTER_NIGHTS; firstNight < count; firstNight += CHAPTER_NIGHTS) {
    if (signal?.aborted) break;
    const cleanUps: (() => Promise<void>)[] = [];
    try {
      const nights = workChapter(
        { after: (cleanUp) => void cleanUps.unshift(cleanUp) },
        {
          seed: `${seed}/${firstNight / CHAPTER_NIGHTS}`,
          firstNight,
          nights: Math.min(CHAPTER_NIGHTS, count - firstNight),
          withPlainPractice,
        },
      );
      for await (const result of nights) {
        results.push(result);
        onNight?.(result);
        if (signal?.aborted) break;
      }
    } finally {
      for (const cleanUp of cleanUps) await cleanUp();
    }
  }
  return summarize(results, { seed, withPlainPractice });
}

function summarize(
  results: readonly NightResult[],
  { seed, withPlainPractice }: { readonly seed: string; readonly withPlainPractice: boolean },
): CampaignSummary {
  const nightsWith = (is: (result: NightResult) => boolean) => results.filter(is).length;
  const sum = (figure: (result: NightResult) => number) =>
    results.reduce((total, result) => total + figure(result), 0);
  return {
    seed,
    nights: results.length,
    applied_nights: nightsWith(({ isApplied }) => isApplied),
    keys_compared: sum(({ keysCompared }) => keysCompared),
    wrong_counts: sum(({ wrong }) => wrong.length),
    by_kind: Object.fromEntries(
      NIGHT_KINDS.map((kind) => [kind, nightsWith((night) => night.kind === kind)]),
    ),
    clock_change_nights: nightsWith(({ changesClock }) => changesClock),
    nights_with_ambiguous_keys: nightsWith(({ ambiguousKeys }) => ambiguousKeys > 0),
    nights_with_own_snapshots: nightsWith(({ ownSnapshots }) => ownSnapshots > 0),
    nights_with_cancelled_after_snapshot: nightsWith(({ cancelledAcross }) => cancelledAcross > 0),
    plain_practice_wrong_nights: withPlainPractice
      ? nightsWith(({ plainWrongKeys }) => (plainWrongKeys ?? 0) > 0)
      : null,
    plain_practice_wrong_counts: withPlainPractice ? sum(({ plainWrongKeys }) => plainWrongKeys ?? 0) : null,
    findings: results.flatMap(({ night, wrong }) => wrong.map((what) => ({ night, what }))),
  };
}
