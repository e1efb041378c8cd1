import type { LeftOutFile } from '../../../core/value/left_out.ts';
import type { Content, FileEntry, OpenFile } from '../../../task.ts';

/** What was written, as it lies at its location. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/** Files of one scheme. Locations and patterns come parsed; the location a file is known by is `Files`' business. */
export interface FileStore<Target, Pattern> {
  list(pattern: Pattern): Promise<readonly FileEntry[]>;
  /** What `list` leaves out though its name is like the pattern. */
  leftOut(pattern: Pattern): Promise<readonly LeftOutFile[]>;
  stat(target: Target): Promise<FileEntry | null>;
  open(target: Target): Promise<OpenFile>;
  publish(target: Target, content: Content, options: { readonly rows: number | null }): Promise<Written>;
}

/** The pieces of a content, as bytes. */
export async function* piecesOf(content: Content): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}
