import { InvalidFileError } from '../file/invalid_file.ts';
import { ByteTable } from './bytes/table.ts';

const MAX_FACILITIES = 10_000;
const MAX_ID_BYTES = 255;

/**
 * Counts the rows of each facility during the scan. Files are mostly sorted by facility, so the last one is tried
 * first.
 */
export class FacilityRows {
  /** One table a column: the same text may be one store's own id and another's external id. */
  readonly #columns = [new ByteTable(), new ByteTable()] as const;
  readonly #rows = new Uint32Array(MAX_FACILITIES * 2);
  #lastId: Uint8Array = new Uint8Array(0);
  #last = 0;
  /** Null before the first row, so that it is looked up. */
  #lastColumn: 0 | 1 | null = null;

  /**
   * Counts a row of the facility whose id is `bytes[start, end)` in the first or second facility column.
   * @returns the facility's number, even in the first column and odd in the second
   * @throws InvalidFileError if there are too many values for a column of facility ids
   */
  count(bytes: Uint8Array, start: number, end: number, column: 0 | 1): number {
    const id = this.#lastId;
    let facility = this.#last;
    let at = id.length === end - start && column === this.#lastColumn ? 0 : -1;
    while (at >= 0 && at < id.length) at = id[at] === bytes[start + at] ? at + 1 : -1;
    if (at < 0) facility = this.#find(bytes, start, end, column);
    this.#rows[facility] = (this.#rows[facility] ?? 0) + 1;
    return facility;
  }

  /** Counts further rows of a facility that `count` returned. */
  countMore(facility: number, rows: number): void {
    this.#rows[facility] = (this.#rows[facility] ?? 0) + rows;
  }

  /** Returns rows by facility id, without rows that name none. */
  byId(decode: (id: Uint8Array) => string): Record<string, number> {
    return this.namedById(decode, (facility) => this.#rows[facility] ?? 0);
  }

  /** Converts a figure by facility number to one by facility id, without the rows that name none. */
  namedById(
    decode: (id: Uint8Array) => string,
    figureOf: (facility: number) => number,
  ): Record<string, number> {
    const figures = new Map<string, number>();
    for (const [column, table] of this.#columns.entries()) {
      for (let number = 0; number < table.size; number++) {
        const id = decode(table.bytesOf(number));
        if (id !== '') figures.set(id, (figures.get(id) ?? 0) + figureOf(number * 2 + column));
      }
    }
    return Object.fromEntries([...figures].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #find(bytes: Uint8Array, start: number, end: number, column: 0 | 1): number {
    const table = this.#columns[column];
    let number = table.find(bytes, start, end);
    if (number < 0) {
      if (end - start > MAX_ID_BYTES || table.size === MAX_FACILITIES) {
        throw new InvalidFileError(
          `the facility column holds ${end - start > MAX_ID_BYTES ? `an id of ${end - start} bytes` : 'more'} ` +
            `than ${end - start > MAX_ID_BYTES ? MAX_ID_BYTES : `${MAX_FACILITIES} facilities`}`,
        );
      }
      number = table.add(bytes, start, end);
    }
    this.#last = number * 2 + column;
    this.#lastColumn = column;
    this.#lastId = table.bytesOf(number);
    return this.#last;
  }
}
