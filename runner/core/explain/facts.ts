/** What is known of a run when it is asked why its tasks are not running. */

import type { UsualDuration } from '../change/expected_times.ts';
import type { DagIndex } from '../dag/index.ts';
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
  /** The queue's job that makes a worker look; null where there is none. */
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
  /** Of the version in force. */
  readonly maxActiveRuns: number;
  /** Running runs of the DAG, and queued ones that come before this one. */
  readonly ahead: readonly RunAhead[];
}

export interface ExplainFacts {
  readonly now: Temporal.Instant;
  /** Of the version that the run began with. */
  readonly index: DagIndex;
  readonly run: ExplainedRun;
  readonly instances: readonly InstanceFacts[];
  /** By name; of pools that instances of the run want. */
  readonly pools: ReadonlyMap<string, PoolFacts>;
  readonly workers: { readonly live: number; readonly running: number; readonly concurrency: number };
  /** Why a task type cannot be used, by type, as far as it is known here. */
  readonly unusableTypes: ReadonlyMap<string, string>;
  /** By task_id. */
  readonly usual: ReadonlyMap<string, UsualDuration>;
}
