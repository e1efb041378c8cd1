/** The facts and functions that a task gets when it runs. */
import type { Pool, PoolClient } from 'pg';
import type { RunMode } from '../core/dag/run_mode.ts';
import type { Progress } from '../core/run/progress_rate.ts';
import type { RunState, TaskState } from '../core/run/states.ts';
import type { HttpConnection } from '../core/value/http.ts';
import type { Json, JsonObject } from '../core/value/json.ts';
import type { TaskRemedy } from '../core/value/task_remedy.ts';
import type { ApprovalAnswer, ApprovalRequest } from './approval.ts';
import type { Files } from './files.ts';

/** The run that a task instance belongs to. */
export interface RunFacts {
  readonly runId: string;
  readonly dagId: string;
  readonly runType: 'scheduled' | 'catchup' | 'manual' | 'backfill';
  readonly scheduledFor: Temporal.Instant;
  /** The local date of `scheduledFor` in `timezone`. */
  readonly businessDate: Temporal.PlainDate;
  /** IANA name. */
  readonly timezone: string;
  /** `shadow`: the task must leave everything outside the runner's database as it is. */
  readonly mode: RunMode;
  readonly params: JsonObject;
}

/** The running attempt and the times that limit it. */
export interface AttemptFacts {
  readonly taskId: string;
  /** 0-based index in the mapped list, -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** 1 for the first attempt of this instance; a deferral does not begin a new one. */
  readonly number: number;
  /**
   * A token that is unique to this run of the attempt (each deferral gets a new one) and safe in a file name
   * (`[A-Za-z0-9-]`). It proves who wrote a file.
   */
  readonly token: string;
  /** The first start of this attempt by the database's clock; kept over deferrals. */
  readonly startedAt: Temporal.Instant;
  /** The task's `deadline` on the business date, or null. */
  readonly deadlineAt: Temporal.Instant | null;
}

export interface TaskLog {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}

export interface Connections {
  /** A pool on the database that `STOCKFLOW_CONN_<ID>` names; closed by the runner. */
  postgres(id: string): Promise<Pool>;
  /** The HTTP server that `STOCKFLOW_CONN_<ID>` names, with its log-in. */
  http(id: string): Promise<HttpConnection>;
}

/** Selects a run of a DAG by business date. */
export interface RunQuery {
  readonly dagId: string;
  /** `on`: the newest run of that date; `before`: the newest run of the latest earlier date that has one. */
  readonly date: { readonly on: Temporal.PlainDate } | { readonly before: Temporal.PlainDate };
  /** The task whose instances' states are read; none by default. */
  readonly taskId?: string;
}

/** A run that was looked up. */
export interface FoundRun {
  readonly runId: string;
  readonly businessDate: Temporal.PlainDate;
  readonly state: RunState;
  /** The states of the task's instances: several if it is mapped, none if the run has no such task (yet). */
  readonly taskStates: readonly TaskState[];
}

/** Reads the runs of any DAG, for tasks that wait for them. */
export interface Runs {
  /** @returns null if the date has no run @throws FailTask if no DAG has this id */
  newest(query: RunQuery): Promise<FoundRun | null>;
}

/** An event that a task adds to the history (`stockflow.event`), for later questions. */
export interface TaskEvent {
  /** `noun.verb` in lower case with a noun of the task's own: `guard.overridden`. The runner's nouns are its own. */
  readonly action: string;
  /** The reason that a person gave, if any. */
  readonly reason?: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

export interface WarnOptions {
  /** The action that helps. It is stored as the fact `remedy` of the event, and shown below the sentence. */
  readonly remedy?: TaskRemedy;
}

export interface TaskContext<Params> {
  readonly params: Params;
  readonly run: RunFacts;
  readonly attempt: AttemptFacts;
  /**
   * The outputs of the tasks in `depends_on`, by task_id. A mapped upstream gives the list of its outputs. What a task is
   * itself mapped over is left out: its `with` has its own element.
   */
  readonly upstream: Readonly<Record<string, Json>>;
  readonly connections: Connections;
  readonly files: Files;
  /**
   * Runs `work` in a transaction of the runner's own database that is always rolled back: a place for temporary tables where the
   * source of the data grants none. It is not for the runner's own tables.
   */
  readonly scratch: <T>(work: (client: PoolClient) => Promise<T>) => Promise<T>;
  readonly runs: Runs;
  /** Adds to the attempt's rows and bytes in and out, shown by `audit.attempt`. */
  readonly meter: (amounts: Partial<Record<'rowsIn' | 'rowsOut' | 'bytesIn' | 'bytesOut', number>>) => void;
  readonly progress: (progress: Progress) => void;
  /**
   * Adds an event to the permanent history, with the run, the task and its worker; a repeat adds another.
   * @throws TaskError once the attempt was superseded: its later actions do not count
   */
  readonly record: (event: TaskEvent) => Promise<void>;
  /**
   * Warns the operator, in one whole sentence, about something that a run left undone or found unusual without failing.
   * `status` and `runs show` display it with its remedy, and the history has it as `task.warned` with its facts. A
   * sentence repeated within an attempt counts once; the warnings of a newer attempt replace those of an older one.
   * @throws TaskError once the attempt was superseded
   */
  readonly warn: (sentence: string, facts?: JsonObject, options?: WarnOptions) => Promise<void>;
  /**
   * Asks a person before the task goes on (`stockflow tasks approve`, or the page). It returns the answer; while there
   * is none it throws a `DeferTask`, which ends this look without holding a slot, and the task runs again with the answer or
   * when the question has expired. An answer counts for the same question of this instance, over its retries, until the
   * task is cleared.
   * @throws DeferTask, which the task must not catch
   */
  readonly approval: (request: ApprovalRequest) => Promise<ApprovalAnswer>;
  readonly log: TaskLog;
  /** Aborts at cancel, timeout, drain, or when this attempt was superseded. */
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}
