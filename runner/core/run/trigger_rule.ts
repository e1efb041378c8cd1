/** Implements Airflow's trigger rules: decides a task from the states of its direct upstreams. */
import type { TriggerRule } from '../dag/dag.ts';

/** The number of instances of the direct upstreams in each state; `unfinished` counts every state that is not final. */
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
interface RuleCounts {
  readonly success: number;
  readonly failed: number;
  readonly upstreamFailed: number;
  readonly skipped: number;
  readonly total: number;
  readonly done: boolean;
}

/**
 * Decides by the trigger rule, with the meaning of Airflow's `TriggerRuleDep`. A rule that can no longer be met ends
 * the task at once, before all upstreams are done. The exceptions are the rules that an unfinished upstream can still
 * meet (`one_success`, `one_failed`, `one_done`). A task without upstreams runs under every rule.
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

const RULES: Readonly<Record<TriggerRule, (counts: RuleCounts) => TriggerDecision>> = {
  all_success: (counts) => {
    if (anyFailed(counts)) return 'upstream_failed';
    if (counts.skipped > 0) return 'skip';
    return runWhenDone(counts);
  },
  all_failed: (counts) => (counts.success + counts.skipped > 0 ? 'skip' : runWhenDone(counts)),
  all_done: runWhenDone,
  one_success: (counts) => {
    if (counts.success > 0) return 'run';
    if (!counts.done) return 'wait';
    return counts.skipped === counts.total ? 'skip' : 'upstream_failed';
  },
  one_failed: (counts) => {
    if (anyFailed(counts)) return 'run';
    return counts.done ? 'skip' : 'wait';
  },
  // As in Airflow, only upstreams that ran count as done here, not skipped or upstream_failed ones.
  one_done: (counts) => {
    if (counts.success + counts.failed > 0) return 'run';
    return counts.done ? 'skip' : 'wait';
  },
  none_failed: (counts) => (anyFailed(counts) ? 'upstream_failed' : runWhenDone(counts)),
  none_failed_min_one_success: (counts) => {
    if (anyFailed(counts)) return 'upstream_failed';
    return counts.skipped === counts.total ? 'skip' : runWhenDone(counts);
  },
  none_skipped: (counts) => (counts.skipped > 0 ? 'skip' : runWhenDone(counts)),
  all_skipped: (counts) => (counts.success > 0 || anyFailed(counts) ? 'skip' : runWhenDone(counts)),
  always: () => 'run',
};

function anyFailed(counts: RuleCounts): boolean {
  return counts.failed > 0 || counts.upstreamFailed > 0;
}

function runWhenDone(counts: RuleCounts): TriggerDecision {
  return counts.done ? 'run' : 'wait';
}
