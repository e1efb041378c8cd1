/**
 * Everything a task implementation may import from the runner.
 *
 * A task type is a file directly in `tasks/` whose default export is made by `defineTask`. Returning is
 * success; throwing `SkipTask`, `FailTask` or `DeferTask` says so; anything else thrown is retried.
 */
import type { Pool } from 'pg';
import type { z } from 'zod';
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
export type { Json, JsonObject, LeftOutFile };

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

/** The attempt that is running, and the times that bound it. */
export interface AttemptFacts {
  readonly taskId: string;
  /** 0-based index in the mapped list, -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** 1 for the first attempt of this instance; a deferral does not begin a new one. */
  readonly number: number;
  /** Unique to this attempt and look, safe in a file name (`[A-Za-z0-9-]`). Proves who wrote what. */
  readonly token: string;
  /** When this attempt first started, by the database's clock. Kept over deferrals. */
  readonly startedAt: Temporal.Instant;
  /** The task's `deadline` on the business date, or null. */
  readonly deadlineAt: Temporal.Instant | null;
}

/** Progress of a transfer or a loop; `total` is null while unknown. */
export interface Progress {
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'items';
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
   * By the clock of whoever holds the file, which may be wrong; whole seconds on SFTP (protocol v3). Null where an SFTP
   * server does not tell.
   */
  readonly modifiedAt: Temporal.Instant | null;
}

/** What a file held, as far as its reader or writer knows. */
export interface FileFacts {
  readonly location: string;
  readonly bytes: number;
  /** 64 lower-case hex digits, of the bytes as they lie at the location. */
  readonly sha256: string;
  /** Data rows without the header; null where the content is no table. */
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
  /** Entries whose last path segment matches `*`; sorted by name; an absent folder is empty. */
  list(pattern: string): Promise<readonly FileEntry[]>;
  /**
   * What `list` leaves out though its name is like the pattern, and why: a link, a folder, other capitals, a copy named
   * `... (1).csv`. By name, at most 20; none for artifacts.
   */
  leftOut(pattern: string): Promise<readonly LeftOutFile[]>;
  /** Null where nothing is there. */
  stat(location: string): Promise<FileEntry | null>;
  /** @throws TaskError naming the location where nothing is there */
  open(location: string): Promise<OpenFile>;
  /** The whole of a small file (at most 16 MB); recorded as read. */
  read(location: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Makes the file appear under its name complete or not at all, and records it. Missing folders are made.
   * Publishing the same bytes again is harmless.
   */
  publish(location: string, content: Content, options?: { readonly rows?: number }): Promise<FileFacts>;
  recordRead(facts: FileFacts): Promise<void>;
  /** What this DAG recorded for `artifact:name` in its newest earlier successful run (by scheduled instant); null if none. */
  lastGoodOutput(taskId: string): Promise<Json | null>;
}

export interface Connections {
  /** A pool on the database that `STOCKFLOW_CONN_<ID>` names; closed by the runner. */
  postgres(id: string): Promise<Pool>;
}

/** A line that a task adds to the history (`stockflow.event`): what people will be asked about later. */
export interface TaskEvent {
  /** `noun.verb` in lower case with a noun of the task's own: `guard.overridden`. The runner's nouns are its own. */
  readonly action: string;
  /** A person's words, where there are any. */
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
   * Adds to the history, for good, with the run, the task and the worker that works it; a repeat adds another line.
   * @throws TaskError once the attempt was superseded: what it does then no longer counts
   */
  readonly record: (event: TaskEvent) => Promise<void>;
  /**
   * Tells the operator, in one whole sentence, what a run that goes on all the same left undone or found odd. It is shown by
   * `status` and `runs show`, and stands in the history as `task.warned` with its facts. A sentence repeated within an attempt
   * counts once; a newer attempt's warnings replace those of an older one.
   * @throws TaskError once the attempt was superseded
   */
  readonly warn: (sentence: string, facts?: JsonObject) => Promise<void>;
  readonly log: TaskLog;
  /** Aborts at cancel, timeout, drain, or when this attempt was superseded. */
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}

/** Why a run of an old date would be refused. */
export interface PrecheckRefusal {
  /** A few words: `newer snapshot applied`. */
  readonly because: string;
  /** A sentence with the facts. */
  readonly detail: string;
}

/** What is known of a date before it has a run. */
export interface PrecheckContext<Params> {
  readonly params: Params;
  readonly run: Omit<RunFacts, 'runId' | 'runType'>;
  /** The task's `deadline` on the business date, or null. */
  readonly deadlineAt: Temporal.Instant | null;
  /** The dates that are to be worked before this one. */
  readonly workedBefore: readonly Temporal.PlainDate[];
  readonly connections: Connections;
  readonly files: Pick<Files, 'list'>;
  readonly signal: AbortSignal;
  readonly now: () => Temporal.Instant;
}

export type Precheck = (context: PrecheckContext<unknown>) => Promise<PrecheckRefusal | null>;

/** What is known when a task type is asked whether its surroundings are as it needs them. */
export interface CheckContext<Params> {
  readonly params: Params;
  readonly connections: Connections;
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: () => Temporal.Instant;
}

/** One thing that a check looked at. */
export interface CheckFinding {
  /** `warning` for what a night can live with. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  /** One sentence with the facts. */
  readonly found: string;
  /** What to do; null where all is well. */
  readonly fix: string | null;
}

export type Check = (context: CheckContext<unknown>) => Promise<readonly CheckFinding[]>;

export interface TaskType<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** One line for `dags schema` and the docs. */
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
   * Foretells, before a backfill makes any run, that the run of an old date would be refused as things stand; null where
   * it may go ahead. It changes nothing, and `run` still decides for itself. Not asked where `with` names outputs.
   */
  precheck?(context: PrecheckContext<z.output<Schema>>): Promise<PrecheckRefusal | null>;
  /**
   * Looks at what the task relies on outside the runner, for `stockflow doctor`. It changes nothing, and is asked with the
   * defaults of the DAG's params. Not asked where `with` names outputs.
   */
  check?(context: CheckContext<z.output<Schema>>): Promise<readonly CheckFinding[]>;
}

export function defineTask<Schema extends z.ZodType>(taskType: TaskType<Schema>): TaskType<Schema> {
  return taskType;
}

/** Errors that tell the runner what becomes of the task. A copy of this module in another package makes the same ones. */
const TASK_ERROR = Symbol.for('stockflow.TaskError');
export type TaskErrorKind = 'error' | 'skip' | 'fail' | 'defer';

/** A failure with a sentence a person can act on; retried like any other. Subclasses decide otherwise. */
export class TaskError extends Error {
  override name = 'TaskError';
  readonly [TASK_ERROR]: TaskErrorKind = 'error';
}

/** The task has nothing to do; its instance ends `skipped`. */
export class SkipTask extends TaskError {
  override name = 'SkipTask';
  override readonly [TASK_ERROR] = 'skip';
}

/** The task failed in a way that trying again cannot fix. */
export class FailTask extends TaskError {
  override name = 'FailTask';
  override readonly [TASK_ERROR] = 'fail';
}

/** Run the task again at or after `until`; holds no worker slot meanwhile. */
export class DeferTask extends TaskError {
  override name = 'DeferTask';
  override readonly [TASK_ERROR] = 'defer';
  readonly until: Temporal.Instant;
  constructor(until: Temporal.Instant, why: string) {
    super(why);
    this.until = until;
  }
}

/** What a thrown value asks for; null for an error that nobody declared as a task's. */
export function taskErrorKind(error: unknown): TaskErrorKind | null {
  return error instanceof Error && TASK_ERROR in error ? (error as TaskError)[TASK_ERROR] : null;
}
