/** Runs both sides of the comparison on a file: the scanner, and csv-parse line by line. */
import { parse } from 'csv-parse/sync';
import { resetColumnsSchema } from '../../../../tasks/inventory/columns/param.ts';
import type { QuantityNotation } from '../../../../tasks/inventory/row/quantity.ts';
import { ResetScanner } from '../../../../tasks/inventory/scan/reset_scanner.ts';
import type { RejectedRow } from '../../../../tasks/inventory/scan/row/outcomes.ts';
import type { ScanResult } from '../../../../tasks/inventory/scan/scan_result.ts';

export interface Scanned {
  readonly header: string;
  /** Kept rows as they stand, in latin1 so that every byte is visible. */
  readonly kept: readonly string[];
  readonly rejected: readonly RejectedRow[];
  readonly result: ScanResult;
}

export interface ScanCase {
  readonly activeIds?: readonly string[];
  readonly delimiter?: string;
  readonly quote?: string;
  readonly encoding?: 'utf-8' | 'windows-1252';
  readonly columns?: Record<string, string>;
  readonly quantityNotation?: QuantityNotation;
}

/** Passes the chunks to a scanner and ends the scan. */
export function scan(chunks: Iterable<Uint8Array>, given: ScanCase = {}): Scanned {
  const kept: string[] = [];
  const rejected: RejectedRow[] = [];
  let header = '';
  const scanner = new ResetScanner(
    {
      delimiter: given.delimiter ?? ',',
      quote: given.quote ?? '"',
      encoding: given.encoding ?? 'utf-8',
      columns: resetColumnsSchema.parse(given.columns),
      quantity: given.quantityNotation ?? 'integer',
      activeIds: given.activeIds ?? ['A1'],
    },
    {
      header(bytes) {
        header = latin1(bytes);
      },
      kept(bytes) {
        kept.push(latin1(bytes));
      },
      rejected(row) {
        rejected.push(row);
      },
    },
  );
  for (const chunk of chunks) scanner.push(chunk);
  return { header, kept, rejected, result: scanner.finish() };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Splits the bytes at `at`. */
export function cutAt(bytes: Uint8Array, at: number): Uint8Array[] {
  return [bytes.slice(0, at), bytes.slice(at)];
}

export function cutEvery(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** The result of csv-parse for one line under the header: its fields, or its error code. */
export type LineVerdict = { readonly fields: string[] } | { readonly code: string };

/**
 * Runs csv-parse line by line, because a stray quote would let it swallow the following lines. A line keeps its own
 * end.
 */
export function csvParseLine(
  header: string,
  line: string,
  marks: { delimiter: string; quote: string },
): LineVerdict {
  try {
    const records: string[][] = parse(Buffer.from(`${header}\n${line}`, 'latin1'), {
      ...CSV_PARSE_OPTIONS,
      ...csvParseMarks(marks),
      encoding: 'latin1',
    });
    const fields = records[1];
    if (fields === undefined) throw new Error(`csv-parse gave no record for ${JSON.stringify(line)}`);
    return { fields };
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      return { code: error.code };
    throw error;
  }
}

/** Returns csv-parse's options: a quote is escaped by itself, while csv-parse's default escape is the double quote. */
export function csvParseMarks({ delimiter, quote }: { delimiter: string; quote: string }) {
  return quote === '' ? { delimiter, quote: null } : { delimiter, quote, escape: quote };
}

export const CSV_PARSE_OPTIONS = {
  bom: true,
  relax_column_count: false,
  record_delimiter: ['\r\n', '\n'],
  max_record_size: 64 * 1024,
};

/** Maps csv-parse's error codes to the scanner's reasons. */
export const REASON_OF_CODE: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: 'invalid_opening_quote',
  CSV_INVALID_CLOSING_QUOTE: 'invalid_closing_quote',
  CSV_QUOTE_NOT_CLOSED: 'quote_not_closed',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'wrong_column_count',
  CSV_MAX_RECORD_SIZE: 'record_too_long',
};

export const HEADER = 'facilityId,idValue,availableQty\n';

/** Scans rows below `HEADER`; returns the kept ones, and rejects as `line reason`. */
export function read(rows: string, options: ScanCase = {}) {
  const { kept, rejected, result } = scan([bytesOf(HEADER + rows)], options);
  return { kept, rejected: rejected.map(({ line, reason }) => `${line} ${reason}`), result };
}
