/** The facts from which `runs explain` works out why tasks are not running. */

import type { UsualDuration } from '../change/expected_times.ts';
import type { DagIndex } from '../dag/index.ts';
import type { FoundEdge } from '../other_dags/words.ts';
import type { PoolFacts } from '../run/pool_room.ts';
import type { RunState, TaskState } from '../run/states.ts';
import type { RunAhead } from './blocker.ts';

export interface InstanceFacts {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: TaskState;
  readonly attemptNumber: number;
  readonly failureCount: number;
  readonly crashCount: number;
  readonly deadlineAt: Temporal.Instant | null;
  readonly wakeAt: Temporal.Instant | null;
  readonly wakeReason: string | null;
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  readonly timeoutAt: Temporal.Instant | null;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly pool: string;
  readonly poolSlots: number;
  /** The wake-up job in the queue for this instance; null if there is none. */
  readonly job: {
    readonly runAt: Temporal.Instant;
    readonly isTaken: boolean;
    readonly lastError: string | null;
  } | null;
}

export interface ExplainedRun {
  readonly runId: number;
  readonly state: RunState;
  readonly businessDate: Temporal.PlainDate;
  readonly timeEdges: 'keep' | 'collapse';
  readonly timeoutAt: Temporal.Instant | null;
  /** `max_active_runs` of the DAG version in force. */
  readonly maxActiveRuns: number;
  /** The DAG's running runs, and its queued runs that come before this one. */
  readonly ahead: readonly RunAhead[];
}

export interface ExplainFacts {
  readonly now: Temporal.Instant;
  /** The DAG version that the run uses. */
  readonly index: DagIndex;
  readonly run: ExplainedRun;
  readonly instances: readonly InstanceFacts[];
  /** The runs and tasks of other DAGs that unfinished tasks wait for, by task_id, as they stand now. */
  readonly dagEdges: ReadonlyMap<string, readonly FoundEdge[]>;
  /** The pools that instances of the run use, by name. */
  readonly pools: ReadonlyMap<string, PoolFacts>;
  readonly workers: { readonly live: number; readonly running: number; readonly concurrency: number };
  /** The reason why a task type cannot be used, by type, as far as this process knows. */
  readonly unusableTypes: ReadonlyMap<string, string>;
  /** The usual duration of each task, by task_id. */
  readonly usual: ReadonlyMap<string, UsualDuration>;
}
