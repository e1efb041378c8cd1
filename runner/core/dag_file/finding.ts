/** What a check of a DAG file has to say about one of its values; it becomes a Problem once its place is known. */
import type { KeyPath } from './key_path.ts';

export interface DagFileFinding {
  readonly path: KeyPath;
  readonly message: string;
  /** Point at the key rather than at its value. */
  readonly at?: 'key' | 'value';
  /** Point at this character of a text value, 0-based. */
  readonly index?: number;
  /** Point at this offset of the file, as what is meant has no place under `path`. */
  readonly offset?: number;
}
