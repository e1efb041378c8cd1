import type { OpenFile } from '../../../../runner/task.ts';
import type { Dialect } from '../../../inventory/file/dialect.ts';
import { InvalidFileError } from '../../../inventory/file/invalid_file.ts';
import { parseQuantity, type QuantityNotation } from '../../../inventory/row/quantity.ts';
import { hashedChunks } from '../../csv/hashed_chunks.ts';
import { type CsvRecord, csvRecords } from '../../csv/records.ts';

/** The 0-based columns of a file whose lines each give a quantity for a facility and a product. */
export interface LineColumns {
  readonly facilityId?: number;
  readonly externalFacilityId?: number;
  readonly idType?: number;
  readonly idValue?: number;
  readonly locationSeqId?: number;
  readonly quantity: number | undefined;
}

export interface LineFormat {
  readonly dialect: Dialect;
  readonly quantity: QuantityNotation;
  /** The id type of a line that names none. */
  readonly idType: string;
  /**
   * Finds the columns.
   * @throws InvalidFileError for a header that lacks a column
   */
  readonly locate: (header: readonly string[]) => LineColumns;
}

export interface FileLine {
  /** 1-based; the header is line 1. */
  readonly line: number;
  readonly facilityId: string;
  readonly externalFacilityId: string;
  readonly idType: string;
  readonly idValue: string;
  /** Null if `problem` says why. */
  readonly quantity: number | null;
  readonly locationSeqId: string;
  readonly problem: string | null;
  readonly raw: string;
}

/** Totals, available once the file was read to its end. */
export interface LinesRead {
  readonly sha256: string;
  readonly bytes: number;
  /** The number of data rows. */
  readonly rows: number;
}

/**
 * Yields the data rows of a file in order, in blocks.
 * @throws InvalidFileError for a file that cannot be read in that format
 */
export async function* fileLines(
  file: OpenFile,
  format: LineFormat,
): AsyncGenerator<readonly FileLine[], LinesRead> {
  const { chunks, digest } = hashedChunks(file);
  let toLine: ((record: CsvRecord) => FileLine) | undefined;
  let rows = 0;
  for await (const block of csvRecords(chunks, format.dialect)) {
    const records = toLine === undefined ? block.slice(1) : block;
    toLine ??= lineReader(block[0], format);
    rows += records.length;
    yield records.map(toLine);
  }
  if (toLine === undefined) throw new InvalidFileError('it is empty; a header was expected');
  return { ...digest(), rows };
}

function lineReader(header: CsvRecord | undefined, format: LineFormat): (record: CsvRecord) => FileLine {
  if (header === undefined || header.problem !== null) {
    throw new InvalidFileError(`header: ${header?.problem ?? 'there is none'}`);
  }
  const width = header.fields.length;
  const columns = format.locate(header.fields);
  return (record) => {
    const field = (column: number | undefined) => (column === undefined ? '' : (record.fields[column] ?? ''));
    const quantityText = field(columns.quantity);
    const quantity = parseQuantity(quantityText, format.quantity);
    return {
      line: record.line,
      facilityId: field(columns.facilityId),
      externalFacilityId: field(columns.externalFacilityId),
      idType: field(columns.idType) || format.idType,
      idValue: field(columns.idValue),
      quantity,
      locationSeqId: field(columns.locationSeqId),
      problem: problemOf(record, width) ?? (quantity === null ? `bad quantity ${quote(quantityText)}` : null),
      raw: record.raw,
    };
  };
}

function problemOf({ problem, fields }: CsvRecord, width: number): string | null {
  if (problem !== null) return problem;
  return fields.length === width ? null : `${fields.length} fields where the header has ${width}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
