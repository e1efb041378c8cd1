import type { LeftOutFile } from '../../../core/value/left_out.ts';
import type { Content, ExistingFile, FileEntry, OpenFile } from '../../../task.ts';

/** The size and checksum of a written file. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

export interface PublishChoice {
  readonly rows: number | null;
  readonly existing: ExistingFile;
}

/** Files of one scheme. Locations and patterns are already parsed; the text of a location is handled by `Files`. */
export interface FileStore<Target, Pattern> {
  list(pattern: Pattern): Promise<readonly FileEntry[]>;
  /** Returns the entries that `list` leaves out although their name resembles the pattern. */
  leftOut(pattern: Pattern): Promise<readonly LeftOutFile[]>;
  stat(target: Target): Promise<FileEntry | null>;
  open(target: Target): Promise<OpenFile>;
  publish(target: Target, content: Content, options: PublishChoice): Promise<Written>;
  /** Moves a file to a free name in one step; false if that is not possible here. */
  rename(from: Target, to: Target): Promise<boolean>;
  /** Removes a file; false if there is none. */
  remove(target: Target): Promise<boolean>;
}

/** Yields a content as bytes, in pieces. */
export async function* piecesOf(content: Content): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}
