import type { CampaignResult, Trial } from './campaign/campaign.ts';
import type { Invariant } from './verify/facts.ts';
import type { ReportedViolation } from './verify/verifier.ts';

const INVARIANTS: Readonly<Record<Invariant, string>> = {
  E1: 'one run for an instant of a schedule',
  E2: 'one accepted result per attempt token',
  E3: 'no queued task without a live job for over 10 s',
  E4: "a killed worker's task starts again within 15 s",
  E5: 'a successor starts once, and only when its rule is met',
  E6: 'a terminal state changes only by a recorded operator action',
  E7: 'no acknowledged transition is lost, no worker dead for good',
  E8: 'no deadlock or serialization failure reaches a user',
  E10: 'a run keeps its DAG version',
  E11: 'SIGTERM ends in time and hands over',
  E12: 'no task is quarantined that ends no process; one that does is found out, alone',
  E13: 'a failed run and its recovery are told once to each channel, in order, nothing else is, and no alert is lost',
  end: 'every run ends as its DAG must',
};

export interface Summary {
  readonly seed: string;
  readonly trials: number;
  readonly runs: number;
  readonly acknowledged: number;
  readonly logs: string | null;
  readonly took_ms: number;
  readonly violations: Readonly<Record<string, number>>;
  readonly restart_ms: { readonly count: number; readonly p50: number | null; readonly max: number | null };
  readonly faults: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly trial: number;
    readonly invariant: string;
    readonly text: string;
    readonly injected: readonly string[];
  }[];
}

export function summarize(result: CampaignResult): Summary {
  const { seed, trials, findings, restartLatenciesMs: latencies } = result;
  const perFault = Map.groupBy(trials, ({ fault }) => fault);
  return {
    seed,
    trials: trials.length,
    runs: result.runs,
    acknowledged: result.acknowledged,
    logs: result.logDir,
    took_ms: result.tookMs,
    violations: Object.fromEntries(
      Object.keys(INVARIANTS).map((invariant) => [invariant, trialsThatViolate(findings, invariant)]),
    ),
    restart_ms: {
      count: latencies.length,
      p50: latencies[Math.floor(latencies.length / 2)] ?? null,
      max: latencies.at(-1) ?? null,
    },
    faults: Object.fromEntries([...perFault].map(([fault, own]) => [fault, own.length]).sort()),
    findings: findings.map(({ trial, violation }) => ({
      trial,
      ...violation,
      injected: injectedBefore(trials, trial),
    })),
  };
}

export function reportText(summary: Summary): string {
  const { restart_ms: restart } = summary;
  return [
    ...Object.entries(INVARIANTS).map(
      ([invariant, claim]) =>
        `${invariant.padEnd(4)} ${`${summary.violations[invariant]}/${summary.trials}`.padStart(8)}  ${claim}`,
    ),
    '',
    `restarts after a kill: ${restart.count}, p50 ${seconds(restart.p50)}, max ${seconds(restart.max)}`,
    `faults: ${Object.entries(summary.faults)
      .map(([fault, count]) => `${fault} ${count}`)
      .join(', ')}`,
    `seed ${summary.seed}: ${summary.trials} trials, ${summary.runs} runs, ${summary.acknowledged} acknowledged results, ${seconds(summary.took_ms)}`,
    ...(summary.logs === null ? [] : [`logs of the workers: ${summary.logs}`]),
    ...summary.findings.flatMap(({ trial, invariant, text, injected }) => [
      '',
      `VIOLATION of ${invariant} seen after trial ${trial}: ${text}`,
      ...injected.map((line) => `  ${line}`),
    ]),
    '',
  ].join('\n');
}

export function trialText({ number, fault, what, tookMs }: Trial): string {
  return `trial ${number}: ${fault}: ${what} (${tookMs} ms)`;
}

function trialsThatViolate(findings: readonly ReportedViolation[], invariant: string): number {
  return new Set(
    findings.filter(({ violation }) => violation.invariant === invariant).map(({ trial }) => trial),
  ).size;
}

/** Returns the faults injected shortly before, one of which is the cause. */
function injectedBefore(trials: readonly Trial[], trial: number): readonly string[] {
  return trials.filter(({ number }) => number <= trial && number > trial - 4).map(trialText);
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`;
}
