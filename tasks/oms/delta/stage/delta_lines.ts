import type { OpenFile } from '../../../../runner/task.ts';
import { findColumns } from '../../../inventory/columns/header_check.ts';
import {
  type ColumnMapping,
  DELTA_COLUMNS,
  type DELTA_MEANINGS,
} from '../../../inventory/columns/mapping.ts';
import type { Dialect } from '../../../inventory/file/dialect.ts';
import { InvalidFileError } from '../../../inventory/file/invalid_file.ts';
import { parseFileTime } from '../../../inventory/file/time.ts';
import { parseQuantity, type QuantityNotation } from '../../../inventory/row/quantity.ts';
import { hashedChunks } from '../../csv/hashed_chunks.ts';
import { type CsvRecord, csvRecords } from '../../csv/records.ts';

export type DeltaColumns = ColumnMapping<(typeof DELTA_MEANINGS)[number]>;

export interface DeltaFormat {
  readonly dialect: Dialect;
  readonly quantity: QuantityNotation;
  readonly columns: DeltaColumns;
  /** IANA time zone of dates without an offset. */
  readonly timezone: string;
  /** A line dated later is rejected: a clock at the sender is wrong. */
  readonly latest: Temporal.Instant;
}

/** A line of a delta file: units of a product that moved at a facility, at an instant. */
export interface DeltaLine {
  /** 1-based; the header is line 1. */
  readonly line: number;
  readonly facilityId: string;
  readonly externalFacilityId: string;
  readonly idType: string;
  readonly idValue: string;
  /** Null, as is `effectiveDate`, if `problem` says why. */
  readonly quantity: number | null;
  readonly effectiveDate: Temporal.Instant | null;
  readonly problem: string | null;
  readonly raw: string;
}

export interface DeltaFile {
  readonly lines: readonly DeltaLine[];
  readonly sha256: string;
  readonly bytes: number;
}

/** More than a POS sells in a quarter of an hour, and still small enough for memory. */
const LINES_MAX = 100_000;

/**
 * Reads the lines of a delta file.
 * @throws InvalidFileError for a file that is not a delta file, cannot be read in that format, or is far too large
 */
export async function readDeltaFile(file: OpenFile, format: DeltaFormat): Promise<DeltaFile> {
  const { chunks, digest } = hashedChunks(file);
  const lines: DeltaLine[] = [];
  let toLine: ((record: CsvRecord) => DeltaLine) | undefined;
  for await (const block of csvRecords(chunks, format.dialect)) {
    const records = toLine === undefined ? block.slice(1) : block;
    toLine ??= lineReader(block[0], format);
    if (lines.length + records.length > LINES_MAX) {
      throw new InvalidFileError(
        `it has more than ${LINES_MAX} lines; a delta file is small, and a full count is for reset`,
      );
    }
    lines.push(...records.map(toLine));
  }
  if (toLine === undefined) throw new InvalidFileError('it is empty; a header was expected');
  return { lines, ...digest() };
}

function lineReader(header: CsvRecord | undefined, format: DeltaFormat): (record: CsvRecord) => DeltaLine {
  if (header === undefined || header.problem !== null) {
    throw new InvalidFileError(`header: ${header?.problem ?? 'there is none'}`);
  }
  const width = header.fields.length;
  // The decoder has already removed a byte order mark.
  const columns = findColumns(header.fields, format.columns, DELTA_COLUMNS, format.dialect.delimiter);
  return (record) => {
    const field = (column: number | undefined) => (column === undefined ? '' : (record.fields[column] ?? ''));
    const quantity = parseQuantity(field(columns.availableDelta), format.quantity);
    const time = parseFileTime(field(columns.effectiveDate), format.timezone);
    return {
      line: record.line,
      facilityId: field(columns.facilityId),
      externalFacilityId: field(columns.externalFacilityId),
      idType: field(columns.idType),
      idValue: field(columns.idValue),
      quantity,
      effectiveDate: time.at,
      problem:
        record.problem ??
        (record.fields.length === width
          ? null
          : `${record.fields.length} fields where the header has ${width}`) ??
        (quantity === null
          ? `bad quantity ${JSON.stringify(field(columns.availableDelta).slice(0, 40))}`
          : null) ??
        time.problem ??
        future(time.at, format.latest),
      raw: record.raw,
    };
  };
}

function future(at: Temporal.Instant | null, latest: Temporal.Instant): string | null {
  return at !== null && Temporal.Instant.compare(at, latest) > 0 ? `its date ${at} is in the future` : null;
}
