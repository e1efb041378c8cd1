const MAX_BYTES = 512;

/** The marks of a row without quotes: `positions[from]` is the one before its first field. */
export interface MarkedRow {
  readonly bytes: Uint8Array;
  readonly positions: Int32Array;
  readonly from: number;
}

/**
 * Remembers how the last row began: its first columns and the delimiters after them. Neighbouring rows mostly have
 * the same facility, so the next row begins with the same bytes; they are compared four at a time and not parsed
 * again.
 */
export class RowPrefix {
  /** The end of each remembered column, from the start of the row. */
  readonly ends: Int32Array;
  /** The number of bytes with which all rows of the facility begin; 0 while unknown. */
  shortLength = 0;
  /** The number of bytes including the further columns that often repeat; at least `shortLength`. */
  longLength = 0;
  readonly #bytes = new Uint8Array(MAX_BYTES);
  readonly #shortColumns: number;
  readonly #longColumns: number;

  /** Makes the comparison of that many leading columns; 0 columns compare nothing. */
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

  /** Returns how many bytes from `at` on equal the remembered row's: 0, `shortLength` or `longLength`. */
  matchedLength(bytes: Uint8Array, at: number): number {
    const remembered = this.#bytes;
    const length = this.longLength;
    let same = 0;
    while (same < length && bytes[at + same] === remembered[same]) same++;
    if (same === length) return length;
    return same >= this.shortLength ? this.shortLength : 0;
  }

  /** Returns the number of columns that a matched length covers. */
  columnsIn(length: number): number {
    return length === this.shortLength ? this.#shortColumns : this.#longColumns;
  }
}
