/** The facts that the checks verify: rows read by the campaign, and its own observations. */
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

/** One transition of a task instance, in order; those of one run never overlap. */
export interface TransitionFact {
  readonly transitionId: number;
  readonly at: Temporal.Instant;
  readonly runId: number;
  readonly instanceId: number;
  readonly before: string;
  readonly after: string;
  readonly beforeToken: number;
  readonly afterToken: number;
  /** The worker that held the instance before, or holds it after; null if none did. */
  readonly workerId: number | null;
  readonly byOperator: boolean;
}

export interface EffectFact {
  readonly runId: number;
  readonly taskId: string;
  readonly mapIndex: number;
  /** `instance-token` of the attempt that inserted it. */
  readonly token: string;
  readonly phase: string;
  readonly at: Temporal.Instant;
}

/** Recorded actions of operators on a run or its tasks. */
export interface OperatorEvent {
  readonly runId: number;
  readonly action: string;
}

/** One end of a run, in order; a run that is cleared ends again. */
export interface RunEnd {
  readonly runId: number;
  readonly state: string;
}

/** One channel's copy of an alert. */
export interface AlertFact {
  readonly alertId: number;
  readonly runId: number;
  readonly kind: string;
  /** Shared by what is told of one trouble. */
  readonly incident: string;
  readonly channel: string;
  readonly isClosed: boolean;
}

/** A message that the receiver of alerts took. */
export interface Arrival {
  readonly channel: string;
  /** Its Idempotency-Key. */
  readonly key: string;
  readonly alerts: readonly {
    readonly alertId: number;
    readonly runId: number | null;
    readonly kind: string;
    readonly incident: string;
  }[];
}

export interface CampaignFacts {
  readonly runs: readonly RunFact[];
  readonly instances: readonly InstanceFact[];
  readonly attempts: readonly AttemptFact[];
  readonly transitions: readonly TransitionFact[];
  readonly effects: readonly EffectFact[];
  readonly operatorEvents: readonly OperatorEvent[];
  readonly runEnds: readonly RunEnd[];
  readonly alerts: readonly AlertFact[];
}

/** A worker's report that the database has accepted this result. */
export interface Acknowledged {
  readonly pid: number;
  readonly runId: number;
  readonly instanceId: number;
  readonly token: number;
  /** The task's state after that result. */
  readonly state: string;
}

/** A process that was killed with tasks in flight. */
export interface Kill {
  readonly workerIds: readonly number[];
  readonly at: Temporal.Instant;
}

/** A worker that ended by its own signal while a deadly task was running. */
export interface DeathByTask {
  readonly pid: number;
  readonly at: Temporal.Instant;
}

/** A process that was sent SIGTERM. */
export interface Drain {
  readonly pid: number;
  readonly workerIds: readonly number[];
  readonly at: Temporal.Instant;
  readonly graceMs: number;
  /** The time that it may take beyond the grace time. */
  readonly allowanceMs: number;
  readonly tookMs: number;
  /** Exit code or signal. */
  readonly end: number | string;
}

/** A period in which Postgres was unavailable. */
export interface Outage {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** The queued tasks without a live job at one moment. */
export interface JobSample {
  readonly at: Temporal.Instant;
  /** `instance:token`. */
  readonly without: readonly string[];
}

/** The restart of a task whose worker was killed; `startedAt` is null until it starts again. */
export interface Restart {
  readonly instanceId: number;
  readonly killedAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
}

/** A worker that was kept from working and must resume by itself; `workedAt` is null until its next claim. */
export interface Recovery {
  readonly pid: number;
  readonly after: string;
  readonly from: Temporal.Instant;
  readonly workedAt: Temporal.Instant | null;
}

/** A process that ended without a fault acting on it. */
export interface UnexplainedEnd {
  readonly pid: number;
  readonly end: number | string;
  readonly lastLines: readonly string[];
}

export type Invariant =
  | 'E1'
  | 'E2'
  | 'E3'
  | 'E4'
  | 'E5'
  | 'E6'
  | 'E7'
  | 'E8'
  | 'E10'
  | 'E11'
  | 'E12'
  | 'E13'
  | 'end';

export interface Violation {
  readonly invariant: Invariant;
  /** Run, task, token and observation; the same text for the same violation at every check. */
  readonly text: string;
}
