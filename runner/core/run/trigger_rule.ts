/** Airflow's trigger rules: what a task does, given how its direct upstreams stand. */
import type { TriggerRule } from '../dag/dag.ts';

/** How many instances of the direct upstreams are in which state; `unfinished` is every state that is not final. */
export interface UpstreamCounts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly upstream_failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly unfinished: number;
}

export type TriggerDecision = 'wait' | 'run' | 'skip' | 'upstream_failed';

/** The counts as the rules see them: a cancelled upstream counts as failed. */
interface Tally {
  readonly success: number;
  readonly failed: number;
  readonly upstreamFailed: number;
  readonly skipped: number;
  readonly total: number;
  readonly done: boolean;
}

/**
 * The meaning of each rule follows Airflow's `TriggerRuleDep`. A rule that can no longer be met ends the task at once,
 * before all upstreams are done, except those whose last hope is an unfinished upstream (`one_success`, `one_failed`,
 * `one_done`). A task without upstreams runs under every rule.
 */
export function decide(rule: TriggerRule, counts: UpstreamCounts): TriggerDecision {
  if (counts.total === 0) return 'run';
  return RULES[rule]({
    success: counts.success,
    failed: counts.failed + counts.cancelled,
    upstreamFailed: counts.upstream_failed,
    skipped: counts.skipped,
    total: counts.total,
    done: counts.unfinished === 0,
  });
}

const RULES: Readonly<Record<TriggerRule, (tally: Tally) => TriggerDecision>> = {
  all_success: (tally) => {
    if (anyFailed(tally)) return 'upstream_failed';
    if (tally.skipped > 0) return 'skip';
    return runWhenDone(tally);
  },
  all_failed: (tally) => (tally.success + tally.skipped > 0 ? 'skip' : runWhenDone(tally)),
  all_done: runWhenDone,
  one_success: (tally) => {
    if (tally.success > 0) return 'run';
    if (!tally.done) return 'wait';
    return tally.skipped === tally.total ? 'skip' : 'upstream_failed';
  },
  one_failed: (tally) => {
    if (anyFailed(tally)) return 'run';
    return tally.done ? 'skip' : 'wait';
  },
  // Airflow counts only upstreams that ran as done here: neither skipped nor upstream_failed.
  one_done: (tally) => {
    if (tally.success + tally.failed > 0) return 'run';
    return tally.done ? 'skip' : 'wait';
  },
  none_failed: (tally) => (anyFailed(tally) ? 'upstream_failed' : runWhenDone(tally)),
  none_failed_min_one_success: (tally) => {
    if (anyFailed(tally)) return 'upstream_failed';
    return tally.skipped === tally.total ? 'skip' : runWhenDone(tally);
  },
  none_skipped: (tally) => (tally.skipped > 0 ? 'skip' : runWhenDone(tally)),
  all_skipped: (tally) => (tally.success > 0 || anyFailed(tally) ? 'skip' : runWhenDone(tally)),
  always: () => 'run',
};

function anyFailed(tally: Tally): boolean {
  return tally.failed > 0 || tally.upstreamFailed > 0;
}

function runWhenDone(tally: Tally): TriggerDecision {
  return tally.done ? 'run' : 'wait';
}
