/** Runs hundreds of nights in scenarios, each with its own stores, dates and database. */
import type { NightServer } from '../../support/night/site.ts';
import type { NightKind } from '../plan/night_plan.ts';
import { addCounts, type CountByName, countByName } from './counts.ts';
import type { NightResult } from './night_result.ts';
import { runScenario, type Tamper } from './scenario.ts';

/** The nights of a scenario: few enough that a failing night can be repeated without all earlier ones. */
export const SCENARIO_NIGHTS = 50;
/** Half of a night's time is waiting; more at once would only wait for the processor. */
const SCENARIOS_AT_ONCE = 3;

export interface CampaignOptions {
  readonly count: number;
  readonly seed: string;
  /** The first night to run; its scenario is run from its beginning. */
  readonly from?: number;
  readonly withNaiveBaseline?: boolean;
  /** Ends the campaign early, with the nights run by then. */
  readonly signal?: AbortSignal;
  readonly onNight?: (result: NightResult) => void;
  /** The kinds of each scenario's first nights, in order; the rest are random. */
  readonly kinds?: readonly NightKind[];
  /** By default the demo's own server, in this process. */
  readonly server?: NightServer;
  /** Corrupts counts on purpose, to test that this is found. */
  readonly tamper?: Tamper;
  /** Works each run in shadow first, and compares what it foretold with what is then done; false by default. */
  readonly inShadowFirst?: boolean;
  /** The calendar of the DAG: its schedule then decides about each night of a year. */
  readonly calendar?: string;
}

export interface CampaignSummary {
  readonly seed: string;
  /** The calendar of the DAG; null where each night was triggered. */
  readonly calendar: string | null;
  readonly nights: number;
  readonly applied_nights: number;
  readonly keys_compared: number;
  readonly keys_compared_after_refused_nights: number;
  readonly wrong_counts: number;
  /** Runs that ended in another state than expected, and nights with a wrong number of batches. */
  readonly unexpected: number;
  /** Runs that succeeded, changed nothing, and gave no warning of it. */
  readonly silent: number;
  /** Runs that were worked in shadow first. */
  readonly shadow_runs: number;
  /** Postings, counts set and keys held out that they foretold, and that were compared with what was done. */
  readonly foretold: number;
  /** Differences between foretold and done, and changes that a shadow run made to the OMS. */
  readonly foretold_wrong: number;
  /** Nights by kind, and by traits that only some have. */
  readonly kinds: CountByName;
  readonly traits: CountByName;
  readonly faults: CountByName;
  readonly events: CountByName;
  readonly places: CountByName;
  readonly beside_tasks: CountByName;
  /** Mean duration of a night of that kind, with three scenarios running at once. */
  readonly milliseconds_by_kind: CountByName;
  /** Applied nights that the naive baseline would have left with a wrong count; null if it was not computed. */
  readonly naive_baseline_wrong_nights: number | null;
  readonly naive_baseline_wrong_counts: number | null;
  readonly findings: readonly { readonly night: number; readonly what: string }[];
}

export async function runSimulation(options: CampaignOptions): Promise<CampaignSummary> {
  const { count, from = 0, signal } = options;
  const results: NightResult[] = [];
  let next = Math.floor(from / SCENARIO_NIGHTS) * SCENARIO_NIGHTS;
  const runScenarios = async () => {
    while (next < count && !signal?.aborted) {
      const firstNight = next;
      next += SCENARIO_NIGHTS;
      await runOneScenario(options, firstNight, results);
    }
  };
  await Promise.all(Array.from({ length: SCENARIOS_AT_ONCE }, runScenarios));
  return summarize(
    results.toSorted((one, other) => one.night - other.night),
    options,
  );
}

async function runOneScenario(
  {
    count,
    seed,
    withNaiveBaseline = false,
    signal,
    onNight,
    kinds,
    server,
    tamper,
    inShadowFirst = false,
    calendar,
  }: CampaignOptions,
  firstNight: number,
  results: NightResult[],
): Promise<void> {
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    const nights = runScenario(
      { after: (cleanUp) => void cleanUps.unshift(cleanUp) },
      {
        seed: `${seed}/${firstNight / SCENARIO_NIGHTS}`,
        firstNight,
        nights: Math.min(SCENARIO_NIGHTS, count - firstNight),
        withNaiveBaseline,
        ...{ kinds, server, tamper, calendar, inShadowFirst },
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

function summarize(
  results: readonly NightResult[],
  { seed, withNaiveBaseline = false, calendar }: CampaignOptions,
): CampaignSummary {
  const sum = (figure: (result: NightResult) => number, of = results) =>
    of.reduce((total, result) => total + figure(result), 0);
  const applied = results.filter(({ isApplied }) => isApplied);
  const refused = results.filter(({ isApplied }) => !isApplied);
  const kinds = countByName(results.map(({ kind }) => kind));
  const clockChanges = results.flatMap(({ clockChange }) => clockChange ?? []);
  return {
    seed,
    calendar: calendar ?? null,
    nights: results.length,
    applied_nights: applied.length,
    keys_compared: sum(({ keysCompared }) => keysCompared),
    keys_compared_after_refused_nights: sum(({ keysCompared }) => keysCompared, refused),
    wrong_counts: sum(({ wrong }) => wrong.length),
    unexpected: sum(({ unexpected }) => unexpected.length),
    silent: sum(({ silent }) => silent.length),
    shadow_runs: sum(({ shadow }) => shadow?.runs ?? 0),
    foretold: sum(({ shadow }) => shadow?.compared ?? 0),
    foretold_wrong: sum(({ shadow }) => shadow?.differences.length ?? 0),
    kinds,
    traits: countByName([
      ...results.flatMap(({ traits }) => traits),
      ...clockChanges.map((change) => `clock set ${change}`),
    ]),
    faults: addCounts(results.map(({ faults }) => faults)),
    events: addCounts(results.map(({ events }) => events)),
    places: addCounts(results.map(({ places }) => places)),
    beside_tasks: addCounts(results.map(({ besideTasks }) => besideTasks)),
    milliseconds_by_kind: Object.fromEntries(
      Object.entries(kinds).map(([kind, nights]) => [
        kind,
        Math.round(
          sum(
            ({ milliseconds }) => milliseconds,
            results.filter((one) => one.kind === kind),
          ) / nights,
        ),
      ]),
    ),
    naive_baseline_wrong_nights: withNaiveBaseline
      ? applied.filter(({ naiveWrongKeys }) => (naiveWrongKeys ?? 0) > 0).length
      : null,
    naive_baseline_wrong_counts: withNaiveBaseline ? sum(({ naiveWrongKeys }) => naiveWrongKeys ?? 0) : null,
    findings: results.flatMap(({ night, wrong, unexpected, silent, shadow }) =>
      [...unexpected, ...silent, ...wrong, ...(shadow?.differences ?? [])].map((what) => ({ night, what })),
    ),
  };
}
