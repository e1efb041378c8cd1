/** The reasons for rejecting a row. The first six are errors of its form, as csv-parse defines them. */
export const REJECT_REASONS = [
  'nul_byte',
  'record_too_long',
  'invalid_opening_quote',
  'invalid_closing_quote',
  'quote_not_closed',
  'wrong_column_count',
  'no_facility',
  'bad_quantity',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** The limit of csv-parse's `max_record_size`: a row of this many characters is accepted, and none longer. */
export const MAX_RECORD_SIZE = 64 * 1024;

/** No longer row can be within `MAX_RECORD_SIZE`: a UTF-16 unit takes at most 3 bytes, a quote 2. */
export const MAX_ROW_BYTES = 256 * 1024;

export interface RowMarks {
  readonly delimiter: number;
  /** The quote byte; -1 if the file has no quoting. */
  readonly quote: number;
  /** Whether a character is one byte, or a sequence of UTF-8. */
  readonly singleByte: boolean;
}

/** The fields of one row, unquoted into a buffer that the next row reuses. */
export class RowFields {
  readonly bytes: Uint8Array = new Uint8Array(MAX_ROW_BYTES);
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #marks: RowMarks;

  constructor(marks: RowMarks) {
    this.#marks = marks;
  }

  /**
   * Splits `row[start, end)`, without its line end.
   * @param columnCount the expected number of fields; `null` for a header, which may have any
   */
  split(row: Uint8Array, start: number, end: number, columnCount: number | null): RejectReason | null {
    if (end - start > MAX_ROW_BYTES) return 'record_too_long';
    if (row.subarray(start, end).includes(0)) return 'nul_byte';
    const { delimiter, quote } = this.#marks;
    const { bytes, starts, ends } = this;
    const mayBeTooLong = end - start > MAX_RECORD_SIZE;
    starts.length = 0;
    ends.length = 0;
    let fieldStart = 0;
    let to = 0;
    let recordUnits = 0;
    let quoting = false;
    for (let at = start; at < end; at++) {
      const byte = row[at] ?? 0;
      if (byte === quote) {
        if (!quoting) {
          if (to > fieldStart) return 'invalid_opening_quote';
          quoting = true;
          continue;
        }
        const atEnd = at + 1 === end;
        if (atEnd || row[at + 1] === delimiter) {
          quoting = false;
          continue;
        }
        if (row[at + 1] !== quote) return 'invalid_closing_quote';
        at++;
      } else if (byte === delimiter && !quoting) {
        starts.push(fieldStart);
        ends.push(to);
        if (mayBeTooLong) recordUnits += this.#units(fieldStart, to);
        fieldStart = to;
        continue;
      }
      if (mayBeTooLong && recordUnits + (to - fieldStart) > MAX_RECORD_SIZE) return 'record_too_long';
      bytes[to++] = byte;
    }
    if (quoting) return 'quote_not_closed';
    starts.push(fieldStart);
    ends.push(to);
    return columnCount !== null && starts.length !== columnCount ? 'wrong_column_count' : null;
  }

  /** Returns the length as a JavaScript string, which is how csv-parse counts complete fields. */
  #units(start: number, end: number): number {
    if (this.#marks.singleByte) return end - start;
    let units = 0;
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at] ?? 0;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
  }
}
