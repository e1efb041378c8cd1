const MAX_BYTES = 512;

/** The marks before a field, of a row without quotes: `positions[from]` is the one before its first field. */
export interface MarkedRow {
  readonly bytes: Uint8Array;
  readonly positions: Int32Array;
  readonly from: number;
}

/**
 * How the last row began: its first columns and the delimiters after them. Rows of one facility mostly lie together, so
 * that the next one begins with the same bytes; four of them are compared at a time, and need not be looked at again.
 */
export class RowPrefix {
  /** Where the row's columns ended, from its first byte; as many as are remembered. */
  readonly ends: Int32Array;
  /** Of the bytes that all of a facility's rows begin with; 0 while none is known. */
  shortLength = 0;
  /** With the columns after it that often do not change either; at least `shortLength`. */
  longLength = 0;
  readonly #bytes = new Uint8Array(MAX_BYTES);
  readonly #shortColumns: number;
  readonly #longColumns: number;

  /** Either number of columns may be 0, and then nothing is alike. */
  constructor(columns: { readonly short: number; readonly long: number }) {
    this.#shortColumns = columns.short;
    this.#longColumns = Math.max(columns.short, columns.long);
    this.ends = new Int32Array(this.#longColumns);
  }

  remember({ bytes, positions, from }: MarkedRow): void {
    const start = (positions[from] ?? 0) + 1;
    for (let column = 0; column < this.#longColumns; column++)
      this.ends[column] = (positions[from + column + 1] ?? 0) - start;
    const lengthOf = (columns: number) => (columns === 0 ? 0 : (this.ends[columns - 1] ?? 0) + 1);
    this.longLength = lengthOf(this.#longColumns);
    this.shortLength = lengthOf(this.#shortColumns);
    if (this.longLength > MAX_BYTES) this.longLength = this.shortLength;
    if (this.shortLength > MAX_BYTES) this.shortLength = this.longLength = 0;
    this.#bytes.set(bytes.subarray(start, start + this.longLength));
  }

  /** How many of the bytes from `at` on are the remembered row's, as far as it matters: 0, `shortLength` or `longLength`. */
  matchedLength(bytes: Uint8Array, at: number): number {
    const remembered = this.#bytes;
    const length = this.longLength;
    let same = 0;
    while (same < length && bytes[at + same] === remembered[same]) same++;
    if (same === length) return length;
    return same >= this.shortLength ? this.shortLength : 0;
  }

  /** Columns that a matched length covers. */
  columnsIn(length: number): number {
    return length === this.shortLength ? this.#shortColumns : this.#longColumns;
  }
}
