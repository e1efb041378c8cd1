/** What both sides of the comparison answer for a file: the scanner, and csv-parse line by line. */
import { parse } from 'csv-parse/sync';
import { resetColumnsSchema } from '../../../../tasks/inventory/columns/param.ts';
import type { QuantityNotation } from '../../../../tasks/inventory/row/quantity.ts';
import { ResetScanner } from '../../../../tasks/inventory/scan/reset_scanner.ts';
import type { RejectedRow } from '../../../../tasks/inventory/scan/row/outcomes.ts';
import type { ScanResult } from '../../../../tasks/inventory/scan/scan_result.ts';

export interface Scanned {
  readonly header: string;
  /** Kept rows as they stand, latin1 so that every byte shows. */
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

/** Feeds the chunks as they are, then ends. */
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

/** One border, at byte `at`. */
export function cutAt(bytes: Uint8Array, at: number): Uint8Array[] {
  return [bytes.slice(0, at), bytes.slice(at)];
}

export function cutEvery(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** What csv-parse makes of one line under the header: its fields, or the code of its error. */
export type LineVerdict = { readonly fields: string[] } | { readonly code: string };

/**
 * csv-parse, asked line by line because a stray quote would let it swallow the lines that follow. A line
 * keeps its own end.
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

/** csv-parse's escape is the double quote whatever the quote is; here a quote is always escaped by itself. */
export function csvParseMarks({ delimiter, quote }: { delimiter: string; quote: string }) {
  return quote === '' ? { delimiter, quote: null } : { delimiter, quote, escape: quote };
}

export const CSV_PARSE_OPTIONS = {
  bom: true,
  relax_column_count: false,
  record_delimiter: ['\r\n', '\n'],
  max_record_size: 64 * 1024,
};

/** csv-parse's error codes under the scanner's names. */
export const REASON_OF_CODE: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: 'invalid_opening_quote',
  CSV_INVALID_CLOSING_QUOTE: 'invalid_closing_quote',
  CSV_QUOTE_NOT_CLOSED: 'quote_not_closed',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'wrong_column_count',
  CSV_MAX_RECORD_SIZE: 'record_too_long',
};

export const HEADER = 'facilityId,idValue,availableQty\n';

/** Of rows below `HEADER`: the kept ones, and rejects as `line reason`. */
export function read(rows: string, options: ScanCase = {}) {
  const { kept, rejected, result } = scan([bytesOf(HEADER + rows)], options);
  return { kept, rejected: rejected.map(({ line, reason }) => `${line} ${reason}`), result };
}
