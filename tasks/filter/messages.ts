/**
 * What the filter's two threads say to each other. Both directions are bounded: the reader waits for `scanned`
 * once enough bytes are on their way, the scanner for `taken`.
 */
import type { ColumnMapping, RESET_COLUMNS } from '../inventory/columns/mapping.ts';
import type { Dialect } from '../inventory/file/dialect.ts';
import type { QuantityNotation } from '../inventory/row/quantity.ts';
import type { RejectReason } from '../inventory/scan/row/fields.ts';
import type { ScanResult } from '../inventory/scan/scan_result.ts';

/** `workerData` of the scanning thread. */
export interface ScanSetup {
  readonly dialect: Dialect;
  readonly columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>;
  readonly quantity: QuantityNotation;
  readonly activeIds: readonly string[];
  /** Of the file that is scanned, for its rejects. */
  readonly fileName: string;
}

export type ToScanner =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'taken'; readonly bytes: number };

export type FromScanner =
  /** Header and kept rows, or lines of the rejects file; in order. */
  | { readonly kind: 'output'; readonly to: OutputName; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'scanned'; readonly bytes: number }
  | { readonly kind: 'done'; readonly scan: FileScan }
  | { readonly kind: 'refused'; readonly why: string };

export const OUTPUT_NAMES = ['filtered', 'rejects'] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

/** All that one pass over a file found out. */
export interface FileScan extends ScanResult {
  /** Of the file as it lies at its location, compressed or not. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the first few rejected rows. */
  readonly firstRejects: readonly FirstReject[];
}

export interface FirstReject {
  readonly line: number;
  /** 1-based, in characters, where its fault is. */
  readonly column: number;
  readonly reason: RejectReason;
  /** What was found there, where that helps: a quantity, or how many columns. */
  readonly detail: string | null;
}
