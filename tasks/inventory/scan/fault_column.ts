/** Locates the fault in a rejected row, so that an editor can jump to it. */
import type { ColumnMapping, RESET_COLUMNS } from '../columns/mapping.ts';
import type { RejectReason } from './row/fields.ts';

export interface FaultMarks {
  readonly delimiter: string;
  /** The quote character; empty for none. */
  readonly quote: string;
  readonly columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>;
}

const VALUE_CHARACTERS = 40;

/** Locates the faults of a file's rows by its header. */
export class FaultFinder {
  readonly #marks: FaultMarks;
  readonly #columnCount: number;
  readonly #facility: number;
  readonly #quantity: number;

  /** @param header the header line, with or without its line end */
  constructor(header: string, marks: FaultMarks) {
    this.#marks = marks;
    const line = header.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
    const { starts } = walk(line, marks);
    const names = starts.map((start, index) => {
      const name = line.slice(start, (starts[index + 1] ?? line.length + 1) - 1);
      return (marks.quote === '' ? name : name.replaceAll(marks.quote, '')).trim().toLowerCase();
    });
    const { externalFacilityId, facilityId, availableQty } = marks.columns;
    const external = names.indexOf(externalFacilityId.toLowerCase());
    this.#columnCount = names.length;
    this.#facility = external === -1 ? names.indexOf(facilityId.toLowerCase()) : external;
    this.#quantity = names.indexOf(availableQty.toLowerCase());
  }

  /** Returns the text at the fault, if it helps: `"5.0"`, or `(3 columns, 4 in the header)`; otherwise null. */
  detailOf(raw: string, reason: RejectReason): string | null {
    const { starts } = walk(raw, this.#marks);
    if (reason === 'wrong_column_count')
      return `(${starts.length} columns, ${this.#columnCount} in the header)`;
    if (reason !== 'bad_quantity') return null;
    const start = starts[this.#quantity] ?? raw.length;
    const end = (starts[this.#quantity + 1] ?? raw.length + 1) - 1;
    const field = raw.slice(start, end);
    const { quote } = this.#marks;
    const value = quote !== '' && field.startsWith(quote) ? field.slice(1, -1) : field;
    return JSON.stringify(value.slice(0, VALUE_CHARACTERS));
  }

  /**
   * Returns the position in `raw`, 1-based, in characters; for a row that is too long or too short, the one after its
   * end.
   */
  columnOf(raw: string, reason: RejectReason): number {
    const { starts, fault } = walk(raw, this.#marks);
    switch (reason) {
      case 'nul_byte':
        return raw.indexOf('\0') + 1;
      case 'invalid_opening_quote':
      case 'invalid_closing_quote':
      case 'quote_not_closed':
        return (fault ?? raw.length) + 1;
      case 'wrong_column_count':
      case 'record_too_long':
        return (starts[this.#columnCount] ?? raw.length) + 1;
      case 'no_facility':
        return (starts[this.#facility] ?? raw.length) + 1;
      case 'bad_quantity':
        return (starts[this.#quantity] ?? raw.length) + 1;
    }
  }
}

/** Returns 0-based where each field begins, and the position of a misplaced quote. */
function walk(
  row: string,
  { delimiter, quote }: Pick<FaultMarks, 'delimiter' | 'quote'>,
): { readonly starts: readonly number[]; readonly fault: number | null } {
  const starts = [0];
  let openedAt: number | null = null;
  for (let at = 0; at < row.length; at++) {
    const character = row[at];
    if (character === quote) {
      if (openedAt === null) {
        if (at > (starts.at(-1) ?? 0)) return { starts, fault: at };
        openedAt = at;
      } else if (at + 1 === row.length || row[at + 1] === delimiter) openedAt = null;
      else if (row[at + 1] === quote) at++;
      else return { starts, fault: at };
    } else if (character === delimiter && openedAt === null) starts.push(at + 1);
  }
  return { starts, fault: openedAt };
}
