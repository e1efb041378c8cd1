/** Files of a task, by location. */
import type { Json } from '../core/value/json.ts';
import type { LeftOutFile } from '../core/value/left_out.ts';

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

export interface PublishOptions {
  /** The number of data rows, for the record. */
  readonly rows?: number;
  /** `refuse` keeps a file of this name that has other content. `replace` by default, in one step. */
  readonly existing?: ExistingFile;
}

export type ExistingFile = 'replace' | 'refuse';

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
   * @throws ConnectionError `conflict` if the name holds other content and `existing` is `refuse`
   */
  publish(location: string, content: Content, options?: PublishOptions): Promise<FileFacts>;
  /**
   * Moves a file to a name that does not exist, in one step and without reading it. Returns false, with nothing changed, where
   * that is not possible: the locations are not in one place, the name is taken, or the server refuses. Missing folders are
   * created. It leaves no record, as `remove` does not.
   */
  rename(from: string, to: string): Promise<boolean>;
  /** Removes a file; returns false if there is none. It leaves no record: add one with `TaskContext.record`, before. */
  remove(location: string): Promise<boolean>;
  recordRead(facts: FileFacts): Promise<void>;
  /**
   * Returns the output of the task `taskId` in the newest successful run of this DAG that was scheduled for an earlier
   * instant and in which the task succeeded. A shadow run counts only for another shadow run. Returns null if there is none, if the task had no output, or if it is
   * mapped.
   */
  lastGoodOutput(taskId: string): Promise<Json | null>;
}
