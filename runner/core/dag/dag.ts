/**
 * The DAG as the engine uses it: parsed, checked and with explicit units. It is built by `dag_file/build.ts` from a
 * YAML text and never changed afterwards.
 */
import type { AlertRule } from '../alert/kind.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { Json } from '../value/json.ts';

export const CATCHUP_POLICIES = ['none', 'latest', 'all'] as const;
export type CatchupPolicy = (typeof CATCHUP_POLICIES)[number];

/** The handling of a date on which the calendar is closed: no run, a run on the nearest open day, or a run as usual. */
export const CLOSED_POLICIES = ['skip', 'previous', 'next', 'run'] as const;
export type ClosedPolicy = (typeof CLOSED_POLICIES)[number];

export const TRIGGER_RULES = [
  'all_success',
  'all_done',
  'all_failed',
  'one_success',
  'one_failed',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'all_skipped',
  'always',
] as const;
export type TriggerRule = (typeof TRIGGER_RULES)[number];

export const PARAM_TYPES = ['string', 'integer', 'number', 'boolean', 'date', 'instant', 'run_mode'] as const;
export type ParamType = (typeof PARAM_TYPES)[number];

/** A wall clock time in the DAG's zone, on the business date plus `plusDays` (`"00:30+1d"`). */
export interface WallTime {
  readonly time: Temporal.PlainTime;
  readonly plusDays: number;
}

/** An edge: the task starts only after `taskId`, and no sooner than `delayMs` after its success. */
export interface Dependency {
  readonly taskId: string;
  readonly delayMs: number;
}

export const AWAITED_DATES = ['same', 'previous'] as const;
export type AwaitedDate = (typeof AWAITED_DATES)[number];

/** An edge to another DAG: the task starts only after that DAG's task, or its whole run, has succeeded for a date. */
export interface DagEdge {
  readonly dagId: string;
  /** Null for the whole run. */
  readonly taskId: string | null;
  /** The other run's business date: that of this run, or the date before it on which the other DAG was scheduled. */
  readonly date: AwaitedDate;
}

export const BUSY_POLICIES = ['queue', 'latest', 'skip'] as const;
export type BusyPolicy = (typeof BUSY_POLICIES)[number];

export interface ParamSpec {
  readonly type: ParamType;
  /** Null if the file gives no default: the param may then be absent, and renders as null. */
  readonly default: Json;
  readonly description: string;
}

export interface Task {
  readonly taskId: string;
  readonly type: string;
  /** The params as written, with templates not yet rendered. */
  readonly with: Readonly<Record<string, Json>>;
  readonly dependsOn: readonly Dependency[];
  readonly dagEdges: readonly DagEdge[];
  readonly notBefore: WallTime | null;
  readonly deadline: WallTime | null;
  readonly onDeadline: 'alert' | 'fail';
  readonly triggerRule: TriggerRule;
  /** A template; the task is skipped when it renders to false, null, 0 or an empty string. */
  readonly runIf: string | null;
  /** A template that renders to a list; the task gets one instance per element. */
  readonly mapOver: string | null;
  /** The number of attempts after the first failure, 0 for none. */
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly retryExponentialBackoff: boolean;
  readonly maxRetryDelayMs: number;
  readonly executionTimeoutMs: number;
  readonly pool: string;
  readonly poolSlots: number;
  /** Tasks with a higher priority start first. */
  readonly priority: number;
  readonly allowFailure: boolean;
}

export interface Dag {
  readonly dagId: string;
  readonly description: string;
  /** IANA name. */
  readonly timezone: string;
  /** Cron expressions; none if the DAG runs after another one, or if its runs are only made by hand. */
  readonly schedule: readonly string[];
  /** The DAG each of whose successes is followed by a run of this one; null for none. */
  readonly after: string | null;
  readonly startDate: Temporal.PlainDate | null;
  readonly endDate: Temporal.PlainDate | null;
  /** The calendar of its closed dates; null for none. */
  readonly calendar: Calendar | null;
  readonly onClosed: ClosedPolicy;
  readonly catchup: CatchupPolicy;
  readonly catchupWindowMs: number;
  readonly maxActiveRuns: number;
  /** The fate of a due run of the schedule while `maxActiveRuns` are under way. */
  readonly whenBusy: BusyPolicy;
  /** True if the schedule is paused when the file is first read. */
  readonly isPausedUponCreation: boolean;
  /** The limit of a run's duration in ms; null for no limit. */
  readonly dagrunTimeoutMs: number | null;
  readonly alerts: readonly AlertRule[];
  /** The id of the connection that is pinged at start, success and failure; null for none. */
  readonly heartbeat: string | null;
  /** The time in ms within which a due run has to be running; null if the file gives none. */
  readonly startWithinMs: number | null;
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** The tasks in the order of the file. */
  readonly tasks: readonly Task[];
}
