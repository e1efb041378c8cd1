import { readHeader, refuseEndlessHeader } from '../columns/reset_header.ts';
import { InvalidFileError } from '../file/invalid_file.ts';
import { quantityAt, zeroDecimalQuantityAt } from '../row/quantity.ts';
import { activeIdTable } from './active_ids.ts';
import { BlankLines, isEndMark } from './blank_lines.ts';
import { CARRIAGE_RETURN, LINE_FEED, lineEnd } from './bytes/line_end.ts';
import { StructuralIndex } from './bytes/structural_index.ts';
import type { ByteTable } from './bytes/table.ts';
import { Utf8Check } from './bytes/utf8_check.ts';
import { FacilityRows } from './facility_rows.ts';
import { LocationNumbers } from './location_numbers.ts';
import { alikeColumns, type ResetLayout } from './reset_layout.ts';
import { RowCarry } from './row/carry.ts';
import { RowFields } from './row/fields.ts';
import { RowOutcomes } from './row/outcomes.ts';
import { RowPrefix } from './row/prefix.ts';
import { type ScanResult, scanResult } from './scan_result.ts';
import type { ScannerOptions, ScannerSink } from './scanner_options.ts';

const BLOCK_BYTES = 16 * 1024;

/**
 * Selects the rows of active products from a reset file in one pass over its bytes. It accepts exactly what csv-parse
 * accepts, and makes a string only of rows that it keeps. A row that it cannot read is rejected, and reading
 * continues after the next line feed.
 */
export class ResetScanner {
  readonly #options: ScannerOptions;
  readonly #sink: ScannerSink;
  readonly #delimiter: number;
  readonly #index: StructuralIndex;
  readonly #fields: RowFields;
  readonly #utf8: Utf8Check | null;
  readonly #carry = new RowCarry();
  readonly #active: ByteTable;
  readonly #facilities = new FacilityRows();
  readonly #outcomes: RowOutcomes;
  readonly #locations = new LocationNumbers();
  readonly #quantityAt: typeof quantityAt;
  readonly #blankLines = new BlankLines();
  #layout: ResetLayout | null = null;
  #prefix = new RowPrefix({ short: 0, long: 0 });
  /** The facility of the row in the prefix: its number for counting, and for its key (-1 if the row names none). */
  #lastFacility = { counted: 0, named: -1 };

  constructor(options: ScannerOptions, sink: ScannerSink) {
    this.#options = options;
    this.#sink = sink;
    this.#quantityAt = options.quantity === 'decimal_zero' ? zeroDecimalQuantityAt : quantityAt;
    this.#delimiter = options.delimiter.charCodeAt(0);
    const quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
    const marks = [this.#delimiter, LINE_FEED, 0, ...(quote < 0 ? [] : [quote])];
    this.#index = new StructuralIndex(marks, BLOCK_BYTES);
    const singleByte = options.encoding !== 'utf-8';
    this.#fields = new RowFields({ delimiter: this.#delimiter, quote, singleByte });
    this.#utf8 = singleByte ? null : new Utf8Check();
    this.#active = activeIdTable(options.activeIds, options.encoding);
    this.#outcomes = new RowOutcomes(sink, { encoding: options.encoding, activeCount: this.#active.size });
  }

  /**
   * Scans the next chunk.
   * @throws InvalidFileError if the header or the encoding rules the file out
   */
  push(chunk: Uint8Array): void {
    this.#utf8?.push(chunk);
    let from = 0;
    while (from < chunk.length && (this.#layout === null || this.#carry.length > 0)) {
      const next = chunk.indexOf(LINE_FEED, from) + 1;
      this.#carry.append(chunk, from, next === 0 ? chunk.length : next);
      if (next === 0) {
        if (this.#layout === null) refuseEndlessHeader(this.#carry.bytes, this.#carry.length);
        return;
      }
      from = next;
      this.#takeCarry();
    }
    const rest = chunk.lastIndexOf(LINE_FEED) + 1;
    if (rest > from) {
      this.#scan(chunk, from, rest);
      from = rest;
    }
    this.#carry.append(chunk, from, chunk.length);
  }

  /**
   * Ends the scan and returns its result.
   * @throws InvalidFileError if the file is empty or ends inside a character
   */
  finish(): ScanResult {
    this.#utf8?.finish();
    if (this.#layout !== null && isEndMark(this.#carry)) {
      this.#carry.clear();
      this.#blankLines.count++;
    }
    const endsWithNewline = this.#carry.length === 0;
    if (!endsWithNewline) this.#takeCarry();
    if (this.#layout === null) throw new InvalidFileError('the file is empty');
    return scanResult(
      {
        outcomes: this.#outcomes,
        facilities: this.#facilities,
        active: this.#active,
        encoding: this.#options.encoding,
      },
      { blankLinesAtEnd: this.#blankLines.count, endsWithNewline },
    );
  }

  #takeCarry(): void {
    const { bytes, length } = this.#carry;
    this.#carry.clear();
    if (this.#layout === null) {
      this.#layout = readHeader(this.#fields, bytes, { length, meaning: this.#options });
      this.#sink.header(bytes.subarray(0, length));
      this.#prefix = new RowPrefix(alikeColumns(this.#layout));
    } else this.#splitRow(this.#layout, bytes, 0, length);
  }

  /** Scans the rows of `[from, to)`, which ends with a line feed. */
  #scan(bytes: Uint8Array, from: number, to: number): void {
    const layout = this.#layout;
    if (layout === null) return;
    let start = from;
    while (start < to) {
      start = this.#takeAlike(layout, bytes, start, to);
      if (start === to) return;
      const blockEnd = Math.min(start + BLOCK_BYTES, to);
      const next = this.#scanBlock(layout, bytes, start, blockEnd);
      if (next > start) {
        start = next;
      } else {
        const rowEnd = bytes.indexOf(LINE_FEED, blockEnd) + 1;
        this.#splitRow(layout, bytes, start, rowEnd);
        start = rowEnd;
      }
    }
  }

  /** Scans the rows that end within `[from, to)`; returns the start of the first row that does not. */
  #scanBlock(layout: ResetLayout, bytes: Uint8Array, from: number, to: number): number {
    const { positions } = this.#index;
    const count = this.#index.fill({ bytes, from, to });
    const delimiter = this.#delimiter;
    const { columnCount } = layout;
    let before = 0;
    let lastPlain = -1;
    while (before < count) {
      let last = before + columnCount;
      let plain = last <= count && bytes[positions[last] ?? 0] === LINE_FEED;
      for (let mark = before + 1; plain && mark < last; mark++)
        plain = bytes[positions[mark] ?? 0] === delimiter;
      if (plain) {
        this.#takePlainRow(layout, bytes, before);
        lastPlain = before;
      } else {
        last = before + 1;
        while (last <= count && bytes[positions[last] ?? 0] !== LINE_FEED) last++;
        if (last > count) break;
        this.#splitRow(layout, bytes, (positions[before] ?? 0) + 1, (positions[last] ?? 0) + 1);
      }
      before = last;
    }
    if (lastPlain >= 0) this.#prefix.remember({ bytes, positions, from: lastPlain });
    return (positions[before] ?? 0) + 1;
  }

  /** Scans plain rows that begin like the last one, reading only what follows; returns the start of the first other. */
  #takeAlike(layout: ResetLayout, bytes: Uint8Array, from: number, to: number): number {
    const prefix = this.#prefix;
    if (prefix.shortLength === 0) return from;
    const { positions, isMark } = this.#index;
    const delimiter = this.#delimiter;
    const { columnCount, id } = layout;
    const outcomes = this.#outcomes;
    let rowsBefore = outcomes.rowsIn;
    let start = from;
    while (start < to) {
      const length = prefix.matchedLength(bytes, start);
      if (length === 0) break;
      const known = prefix.columnsIn(length);
      let at = start + length;
      positions[known] = at - 1;
      let marked = known;
      // `[from, to)` ends with a line feed, which is a mark.
      for (; ; at++) {
        while (isMark[bytes[at] ?? 0] === 0) at++;
        positions[++marked] = at;
        if (marked === columnCount || bytes[at] !== delimiter) break;
      }
      if (marked !== columnCount || bytes[at] !== LINE_FEED) break;
      // Not before a row follows them: they may be the end of the file.
      if (start === from) rowsBefore += this.#blankLines.reject(outcomes);
      outcomes.rowsIn++;
      const active = this.#active.find(bytes, (positions[id] ?? 0) + 1, this.#endOf(layout, bytes, 0, id));
      if (active < 0) {
        outcomes.dropped++;
      } else {
        positions[0] = start - 1;
        for (let column = 1; column < known; column++)
          positions[column] = start + (prefix.ends[column - 1] ?? 0);
        this.#takeActiveAt(layout, bytes, 0, { active, facility: this.#lastFacility.named });
      }
      start = at + 1;
    }
    this.#facilities.countMore(this.#lastFacility.counted, outcomes.rowsIn - rowsBefore);
    return start;
  }

  /**
   * Scans a row with the right number of delimiters and neither quote nor NUL: its fields lie between its marks.
   * `before` is the number of the mark before it; field c lies between marks `before + c` and `before + c + 1`.
   */
  #takePlainRow(layout: ResetLayout, bytes: Uint8Array, before: number): void {
    const { positions } = this.#index;
    if (this.#blankLines.count > 0) this.#blankLines.reject(this.#outcomes);
    this.#outcomes.rowsIn++;
    let column: 0 | 1 = 0;
    let facilityStart = (positions[before + layout.facility] ?? 0) + 1;
    let facilityEnd = this.#endOf(layout, bytes, before, layout.facility);
    if (facilityStart === facilityEnd && layout.otherFacility !== layout.facility) {
      column = 1;
      facilityStart = (positions[before + layout.otherFacility] ?? 0) + 1;
      facilityEnd = this.#endOf(layout, bytes, before, layout.otherFacility);
    }
    const counted = this.#facilities.count(bytes, facilityStart, facilityEnd, column);
    this.#lastFacility.counted = counted;
    this.#lastFacility.named = facilityEnd > facilityStart ? counted : -1;
    const idStart = (positions[before + layout.id] ?? 0) + 1;
    const active = this.#active.find(bytes, idStart, this.#endOf(layout, bytes, before, layout.id));
    if (active < 0) {
      this.#outcomes.dropped++;
      return;
    }
    this.#takeActiveAt(layout, bytes, before, { active, facility: this.#lastFacility.named });
  }

  /** Takes the plain row after mark `before`, which is of an active product. */
  #takeActiveAt(
    layout: ResetLayout,
    bytes: Uint8Array,
    before: number,
    { active, facility }: { readonly active: number; readonly facility: number },
  ): void {
    const { positions } = this.#index;
    const start = (positions[before] ?? 0) + 1;
    const next = (positions[before + layout.columnCount] ?? 0) + 1;
    const startOf = (column: number) => (positions[before + column] ?? 0) + 1;
    const endOf = (column: number) => this.#endOf(layout, bytes, before, column);
    const quantity = this.#quantityAt(bytes, startOf(layout.quantity), endOf(layout.quantity));
    const location =
      layout.location < 0 ? 0 : this.#locations.of(bytes, startOf(layout.location), endOf(layout.location));
    this.#outcomes.takeActive(bytes.subarray(start, next), { active, facility, location, quantity });
  }

  #endOf(layout: ResetLayout, bytes: Uint8Array, before: number, column: number): number {
    const end = this.#index.positions[before + column + 1] ?? 0;
    return column === layout.columnCount - 1 && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  }

  /** Scans any row `[start, next)`, including its line end if it has one. */
  #splitRow(layout: ResetLayout, bytes: Uint8Array, start: number, next: number): void {
    const end = lineEnd(bytes, start, next);
    if (start === end) {
      this.#blankLines.count++;
      return;
    }
    if (this.#blankLines.count > 0) this.#blankLines.reject(this.#outcomes);
    this.#outcomes.rowsIn++;
    const fields = this.#fields;
    const reason = fields.split(bytes, start, end, layout.columnCount);
    if (reason !== null) {
      this.#outcomes.reject(reason, bytes.subarray(start, next));
      return;
    }
    const startOf = (at: number) => fields.starts[at] ?? 0;
    const endOf = (at: number) => fields.ends[at] ?? 0;

    const inFirst =
      endOf(layout.facility) > startOf(layout.facility) || layout.otherFacility === layout.facility;
    const at = inFirst ? layout.facility : layout.otherFacility;
    const facility = this.#facilities.count(fields.bytes, startOf(at), endOf(at), inFirst ? 0 : 1);
    const active = this.#active.find(fields.bytes, startOf(layout.id), endOf(layout.id));
    if (active < 0) {
      this.#outcomes.dropped++;
      return;
    }
    this.#outcomes.takeActive(bytes.subarray(start, next), {
      active,
      facility: endOf(at) > startOf(at) ? facility : -1,
      location:
        layout.location < 0
          ? 0
          : this.#locations.of(fields.bytes, startOf(layout.location), endOf(layout.location)),
      quantity: this.#quantityAt(fields.bytes, startOf(layout.quantity), endOf(layout.quantity)),
    });
  }
}
