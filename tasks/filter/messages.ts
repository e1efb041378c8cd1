/**
 * Messages between the filter's two threads. Both directions are bounded: the reader waits for `scanned` once enough
 * bytes are unscanned, the scanner waits for `taken`.
 */
import type { ColumnMapping, RESET_COLUMNS } from '../inventory/columns/mapping.ts';
import type { Dialect } from '../inventory/file/dialect.ts';
import type { QuantityNotation } from '../inventory/row/quantity.ts';
import type { RejectReason } from '../inventory/scan/row/fields.ts';
import type { ScanResult } from '../inventory/scan/scan_result.ts';

/** The `workerData` of the scanning thread. */
export interface ScanSetup {
  readonly dialect: Dialect;
  readonly columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>;
  readonly quantity: QuantityNotation;
  readonly activeIds: readonly string[];
  /** The scanned file's name, for its rejects. */
  readonly fileName: string;
}

export type ToScanner =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'taken'; readonly bytes: number };

export type FromScanner =
  /** Output bytes in order: the header and the kept rows, or lines of the rejects file. */
  | { readonly kind: 'output'; readonly to: OutputName; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'scanned'; readonly bytes: number }
  | { readonly kind: 'done'; readonly scan: FileScan }
  | { readonly kind: 'refused'; readonly why: string };

export const OUTPUT_NAMES = ['filtered', 'rejects'] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

/** Everything that one pass over a file found. */
export interface FileScan extends ScanResult {
  /** The sha256 of the file as stored, compressed or not. */
  readonly sha256: string;
  readonly bytes: number;
  /** The first few rejected rows. */
  readonly firstRejects: readonly FirstReject[];
}

export interface FirstReject {
  readonly line: number;
  /** The position of the fault in the row, 1-based, in characters. */
  readonly column: number;
  readonly reason: RejectReason;
  /** The value found there, if it helps: a quantity, or the number of columns. */
  readonly detail: string | null;
}
