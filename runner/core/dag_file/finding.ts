/** A finding of a check about one value of a DAG file. It becomes a Problem once its position is known. */
import type { KeyPath } from './key_path.ts';

export interface DagFileFinding {
  readonly path: KeyPath;
  readonly message: string;
  /** The part to point at: the key, or the value (the default). */
  readonly at?: 'key' | 'value';
  /** The 0-based character of a text value to point at. */
  readonly index?: number;
  /** The offset of the file to point at, for a finding whose subject is not at `path`. */
  readonly offset?: number;
}
