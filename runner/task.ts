/**
 * The part of the runner that a task implementation may import.
 *
 * A task type is a file directly in `tasks/` whose default export is made by `defineTask`. A task succeeds by
 * returning. It throws `SkipTask`, `FailTask` or `DeferTask` to end otherwise; any other error is retried.
 */
import type { Pool } from 'pg';
import type { z } from 'zod';
import type { Progress } from './core/run/progress_rate.ts';
import type { Json, JsonObject } from './core/value/json.ts';
import type { LeftOutFile } from './core/value/left_out.ts';

export { ConnectionError, type ConnectionErrorKind } from './connections/connection_error.ts';
export { type TransactionOptions, withTransaction } from './connections/postgres/transaction.ts';
export {
  connectionId,
  duration,
  instant,
  type LocationUse,
  location,
  type ParamAnnotations,
  timezone,
} from './core/dag_file/schema/param_types.ts';
export type { Json, JsonObject, LeftOutFile, Progress };

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

/** A file at a location, as a listing shows it. */
export interface FileEntry {
  /** `sftp://connection/path`, `file:path` or `artifact:name`; accepted by `Files.open`. */
  readonly location: string;
  /** The last path segment. */
  readonly name: string;
  readonly bytes: number;
  /**
   * The modification time by the clock of the file's host, which may be wrong; whole seconds on SFTP (protocol v3).
   * Null if an SFTP server does not give it.
   */
  readonly modifiedAt: Temporal.Instant | null;
}

/** The size, checksum and row count of a file that was read or written. */
export interface FileFacts {
  readonly location: string;
  readonly bytes: number;
  /** The sha256 of the bytes at the location, as 64 lower-case hex digits. */
  readonly sha256: string;
  /** The number of data rows without the header; null if the content is not a table. */
  readonly rows: number | null;
}

/** An open file: its bytes in order, once. */
export interface OpenFile extends FileEntry {
  /**
   * The bytes in order; each chunk's buffer belongs to the consumer alone and may be transferred to another thread.
   * @throws when the file's size or mtime moved while it was read, or fewer bytes came than it has
   */
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Content to publish: whole, or in pieces. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Files by location: `artifact:name` (of this run, in Postgres), `sftp://connection/path`, `file:relative/path`.
 * `open`, `list` and `stat` leave no record; say what was read with `recordRead`, so that `audit.file` has its checksum.
 */
export interface Files {
  /** Returns the entries whose last path segment matches `*`, sorted by name; none for an absent folder. */
  list(pattern: string): Promise<readonly FileEntry[]>;
  /**
   * Returns the entries that `list` leaves out although their name resembles the pattern, with the reason: a link, a
   * folder, other capitals, a copy named `... (1).csv`. Sorted by name, at most 20; none for artifacts.
   */
  leftOut(pattern: string): Promise<readonly LeftOutFile[]>;
  /** Returns the entry of a location; null if there is none. */
  stat(location: string): Promise<FileEntry | null>;
  /** Opens a file. @throws TaskError naming the location if there is no file */
  open(location: string): Promise<OpenFile>;
  /** Returns the content of a small file (at most 16 MB), and records it as read. */
  read(location: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Publishes the file under its name completely or not at all, and records it. Missing folders are created. Publishing
   * the same bytes again changes nothing.
   */
  publish(location: string, content: Content, options?: { readonly rows?: number }): Promise<FileFacts>;
  recordRead(facts: FileFacts): Promise<void>;
  /**
   * Returns the output of the task `taskId` in the newest successful run of this DAG that was scheduled for an earlier
   * instant and in which the task succeeded. Returns null if there is none, if the task had no output, or if it is
   * mapped.
   */
  lastGoodOutput(taskId: string): Promise<Json | null>;
}

export interface Connections {
  /** A pool on the database that `STOCKFLOW_CONN_<ID>` names; closed by the runner. */
  postgres(id: string): Promise<Pool>;
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
   * `status` and `runs show` display it, and the history has it as `task.warned` with its facts. A sentence repeated
   * within an attempt counts once; the warnings of a newer attempt replace those of an older one.
   * @throws TaskError once the attempt was superseded
   */
  readonly warn: (sentence: string, facts?: JsonObject) => Promise<void>;
  readonly log: TaskLog;
  /** Aborts at cancel, timeout, drain, or when this attempt was superseded. */
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}

/** The refusal of a run of an old date. */
export interface PrecheckRefusal {
  /** The reason in a few words: `newer snapshot applied`. */
  readonly because: string;
  /** A sentence with the facts. */
  readonly detail: string;
}

/** The facts of a date before it has a run. */
export interface PrecheckContext<Params> {
  readonly params: Params;
  readonly run: Omit<RunFacts, 'runId' | 'runType'>;
  /** The task's `deadline` on the business date, or null. */
  readonly deadlineAt: Temporal.Instant | null;
  /** The dates that will run before this one. */
  readonly workedBefore: readonly Temporal.PlainDate[];
  readonly connections: Connections;
  readonly files: Pick<Files, 'list'>;
  readonly signal: AbortSignal;
  readonly now: () => Temporal.Instant;
}

export type Precheck = (context: PrecheckContext<unknown>) => Promise<PrecheckRefusal | null>;

/** The facts for a task type's check of what its tasks rely on. */
export interface CheckContext<Params> {
  readonly params: Params;
  readonly connections: Connections;
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}

/** The result of one test of a check. */
export interface CheckFinding {
  /** The verdict; `warning` for a defect that does not stop a run. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  /** One sentence with the facts. */
  readonly found: string;
  /** The action to take; null if nothing is wrong. */
  readonly fix: string | null;
}

export type Check = (context: CheckContext<unknown>) => Promise<readonly CheckFinding[]>;

export interface TaskType<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** A description in one line, for `dags schema` and the docs. */
  readonly description: string;
  readonly params: Schema;
  /**
   * `process`: each attempt runs in a process of its own with the same context, so that what ends a process (no memory, native
   * code that crashes, a loop that never ends) ends this attempt alone. Starting one takes some 0.3 s and 60 MB.
   */
  readonly isolation?: 'process';
  /** @returns the output: JSON of at most 1 MB, or undefined for none */
  run(context: TaskContext<z.output<Schema>>): Promise<Json | undefined>;
  /**
   * Predicts, before a backfill makes any run, that the run of an old date would be refused; returns null if it may
   * run. It changes nothing, and `run` still decides for itself. It is not called if `with` names outputs.
   */
  precheck?(context: PrecheckContext<z.output<Schema>>): Promise<PrecheckRefusal | null>;
  /**
   * Checks what the task relies on outside the runner, for `stockflow doctor`. It changes nothing, and gets the
   * defaults of the DAG's params. It is not called if `with` names outputs.
   */
  check?(context: CheckContext<z.output<Schema>>): Promise<readonly CheckFinding[]>;
}

export function defineTask<Schema extends z.ZodType>(taskType: TaskType<Schema>): TaskType<Schema> {
  return taskType;
}

/**
 * The mark of errors that decide the state of the task. A copy of this module in another package uses the same symbol.
 */
const TASK_ERROR = Symbol.for('stockflow.TaskError');
export type TaskErrorKind = 'error' | 'skip' | 'fail' | 'defer';

/**
 * A failure with a sentence that a person can act on. It is retried like any other; subclasses are handled differently.
 */
export class TaskError extends Error {
  override name = 'TaskError';
  readonly [TASK_ERROR]: TaskErrorKind = 'error';
}

/** The task has nothing to do; its instance ends `skipped`. */
export class SkipTask extends TaskError {
  override name = 'SkipTask';
  override readonly [TASK_ERROR] = 'skip';
}

/** The task failed in a way that a retry cannot fix. */
export class FailTask extends TaskError {
  override name = 'FailTask';
  override readonly [TASK_ERROR] = 'fail';
}

/** The task runs again at or after `until`; it holds no worker slot in between. */
export class DeferTask extends TaskError {
  override name = 'DeferTask';
  override readonly [TASK_ERROR] = 'defer';
  readonly until: Temporal.Instant;
  constructor(until: Temporal.Instant, why: string) {
    super(why);
    this.until = until;
  }
}

/** Returns the kind of a thrown TaskError; null for any other value. */
export function taskErrorKind(error: unknown): TaskErrorKind | null {
  return error instanceof Error && TASK_ERROR in error ? (error as TaskError)[TASK_ERROR] : null;
}
