/** Reads the header line of a reset file. */

import { InvalidFileError } from '../file/invalid_file.ts';
import { lineEnd } from '../scan/bytes/line_end.ts';
import { type ByteEncoding, decodeText } from '../scan/bytes/text.ts';
import { layoutOf, type ResetLayout } from '../scan/reset_layout.ts';
import { MAX_RECORD_SIZE, type RowFields } from '../scan/row/fields.ts';
import type { ColumnMapping, RESET_COLUMNS } from './mapping.ts';

const CARRIAGE_RETURN = 13;

export interface HeaderMeaning {
  readonly delimiter: string;
  readonly encoding: ByteEncoding;
  readonly columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>;
}

/**
 * Returns the columns by the header line `bytes[0, length)`, skipping a byte order mark.
 * @throws InvalidFileError if it cannot be read, or lacks a column
 */
export function readHeader(
  fields: RowFields,
  bytes: Uint8Array,
  { length, meaning }: { readonly length: number; readonly meaning: HeaderMeaning },
): ResetLayout {
  const { columns, delimiter, encoding } = meaning;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && encoding === 'utf-8';
  const problem = fields.split(bytes, hasMark ? 3 : 0, lineEnd(bytes, 0, length), null);
  if (problem !== null) throw new InvalidFileError(`header: ${problem.replaceAll('_', ' ')}`);
  const { starts, ends } = fields;
  const header = starts.map((start, at) => decodeText(fields.bytes.subarray(start, ends[at]), encoding));
  return layoutOf(header, columns, delimiter);
}

/**
 * Refuses a file whose header line does not end.
 * @throws InvalidFileError if the first `MAX_RECORD_SIZE` bytes hold no line end
 */
export function refuseEndlessHeader(bytes: Uint8Array, length: number): void {
  if (length <= MAX_RECORD_SIZE) return;
  const endsInCr = bytes.subarray(0, MAX_RECORD_SIZE).includes(CARRIAGE_RETURN);
  const why = endsInCr ? '; they end in CR alone, and LF or CRLF is expected' : '';
  throw new InvalidFileError(`no header: no line ends in the first ${MAX_RECORD_SIZE} bytes${why}`);
}
