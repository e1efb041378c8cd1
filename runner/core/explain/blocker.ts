/** The reasons that can keep a task from running, as `runs explain` reports them. */
import type { TriggerRule } from '../dag/dag.ts';
import type { FoundEdge } from '../other_dags/words.ts';
import type { RunState, TaskState } from '../run/states.ts';

export type StateCounts = Readonly<Partial<Record<TaskState, number>>>;

/** An instance that takes slots of a pool. */
export interface SlotHolder {
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly slots: number;
  /** True if the task has ended but its work goes on: the slot is kept until the work ends. */
  readonly isOver: boolean;
}

/** A run that comes before this one. */
export interface RunAhead {
  readonly runId: number;
  readonly state: RunState;
}

export type Blocker =
  // Blockers of the whole run.
  | { readonly kind: 'run_ended'; readonly state: RunState }
  | { readonly kind: 'run_queued'; readonly maxActiveRuns: number; readonly ahead: readonly RunAhead[] }
  | { readonly kind: 'no_worker' }
  // Blockers of a task that is not decided yet.
  | { readonly kind: 'upstream'; readonly taskId: string; readonly states: StateCounts }
  | { readonly kind: 'trigger_rule'; readonly rule: TriggerRule }
  | { readonly kind: 'not_before'; readonly at: Temporal.Instant }
  /** `at` is null until the upstream has succeeded. */
  | {
      readonly kind: 'delay';
      readonly taskId: string;
      readonly delayMs: number;
      readonly at: Temporal.Instant | null;
    }
  /** Another DAG has not succeeded yet; `at` is the instant for which it is due, null once it was. */
  | {
      readonly kind: 'dag_edge';
      readonly edge: FoundEdge;
      readonly at: Temporal.Instant | null;
    }
  // Blockers of a task that waits. `hint_lost` and `hint_put_off` are about its wake-up job in the queue; their names
  // are part of the JSON of `runs explain`.
  | { readonly kind: 'sensor'; readonly at: Temporal.Instant; readonly reason: string | null }
  | {
      readonly kind: 'retry';
      readonly at: Temporal.Instant;
      readonly failureCount: number;
      readonly retries: number;
      readonly error: string | null;
    }
  | {
      readonly kind: 'pool';
      readonly pool: string;
      readonly slots: number;
      readonly usedSlots: number;
      readonly wantedSlots: number;
      readonly holders: readonly SlotHolder[];
    }
  | { readonly kind: 'workers_busy'; readonly running: number; readonly concurrency: number }
  | { readonly kind: 'hint_lost' }
  | { readonly kind: 'hint_put_off'; readonly at: Temporal.Instant; readonly error: string | null }
  | { readonly kind: 'restarting'; readonly crashCount: number }
  | { readonly kind: 'type_unusable'; readonly type: string; readonly why: string }
  // States of a task that will not run again by itself.
  | { readonly kind: 'failed'; readonly error: string | null; readonly attempts: number }
  | { readonly kind: 'quarantined'; readonly crashCount: number }
  | {
      readonly kind: 'upstream_failed';
      readonly causes: readonly { readonly taskId: string; readonly state: TaskState }[];
    }
  | { readonly kind: 'skipped'; readonly reason: string | null; readonly upstream: readonly string[] }
  | { readonly kind: 'cancelled' };

/** Returns the instant at which the blocker passes, null if it is not known. */
export function passesAt(blocker: Blocker): Temporal.Instant | null {
  return 'at' in blocker ? blocker.at : null;
}
