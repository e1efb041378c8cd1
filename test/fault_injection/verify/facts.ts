/** What the checks judge: rows as the campaign read them, and what it saw for itself. */
import type { Json } from '../../../runner/task.ts';

export interface RunFact {
  readonly runId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly runType: string;
  readonly state: string;
  readonly scheduledFor: Temporal.Instant;
  /** The text of the version that the run began with. */
  readonly source: string;
}

export interface InstanceFact {
  readonly instanceId: number;
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: string;
  readonly token: number;
  readonly output: Json;
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly finishedAt: Temporal.Instant | null;
}

export interface AttemptFact {
  readonly instanceId: number;
  readonly attemptNumber: number;
  readonly token: number;
  readonly state: string;
  readonly workerId: number;
  readonly finishedAt: Temporal.Instant | null;
  readonly errorText: string | null;
}

/** One change of a task instance, in the order in which they were made; those of one run never overlap. */
export interface TransitionFact {
  readonly transitionId: number;
  readonly at: Temporal.Instant;
  readonly runId: number;
  readonly instanceId: number;
  readonly before: string;
  readonly after: string;
  readonly beforeToken: number;
  readonly afterToken: number;
  /** Who held the instance before, or holds it after; null when nobody did. */
  readonly workerId: number | null;
  readonly byOperator: boolean;
}

export interface EffectFact {
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  /** `instance-token` of the attempt that left it. */
  readonly token: string;
  readonly phase: string;
  readonly at: Temporal.Instant;
}

/** Recorded actions of operators on tasks. */
export interface OperatorEvent {
  readonly runId: number;
  readonly action: string;
}

export interface CampaignFacts {
  readonly runs: readonly RunFact[];
  readonly instances: readonly InstanceFact[];
  readonly attempts: readonly AttemptFact[];
  readonly transitions: readonly TransitionFact[];
  readonly effects: readonly EffectFact[];
  readonly operatorEvents: readonly OperatorEvent[];
}

/** A worker said that the database had taken this result. */
export interface Acknowledged {
  readonly pid: number;
  readonly runId: number;
  readonly instanceId: number;
  readonly token: number;
  /** The task's state by that result. */
  readonly state: string;
}

/** A process that was killed with work in hand. */
export interface Kill {
  readonly workerIds: readonly number[];
  readonly at: Temporal.Instant;
}

/** A worker that ended by a signal of its own while a deadly task was about. */
export interface DeathByTask {
  readonly pid: number;
  readonly at: Temporal.Instant;
}

/** A process that was told to end. */
export interface Drain {
  readonly pid: number;
  readonly workerIds: readonly number[];
  readonly at: Temporal.Instant;
  readonly graceMs: number;
  /** What it may take beyond that. */
  readonly allowanceMs: number;
  readonly tookMs: number;
  /** Exit code or signal. */
  readonly end: number | string;
}

/** While Postgres was away nobody could do anything. */
export interface Outage {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** Queued tasks that no live job pointed at, at one look. */
export interface JobSample {
  readonly at: Temporal.Instant;
  /** `instance:token`. */
  readonly without: readonly string[];
}

/** The restart of a task whose worker was killed; null while it has not started again. */
export interface Restart {
  readonly instanceId: number;
  readonly killedAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
}

/** A worker that was kept from working, and must work again by itself; null while it has not claimed anything since. */
export interface Recovery {
  readonly pid: number;
  readonly after: string;
  readonly from: Temporal.Instant;
  readonly workedAt: Temporal.Instant | null;
}

/** A process that nobody harmed has ended. */
export interface UnexplainedEnd {
  readonly pid: number;
  readonly end: number | string;
  readonly lastLines: readonly string[];
}

export type Invariant = 'E1' | 'E2' | 'E3' | 'E4' | 'E5' | 'E6' | 'E7' | 'E8' | 'E10' | 'E11' | 'E12' | 'end';

export interface Violation {
  readonly invariant: Invariant;
  /** Which run, task and token, and what was seen: the same for the same violation at every look. */
  readonly text: string;
}
