/** The options of a scan of a reset file, and the receivers of its rows. */

import type { ColumnMapping, RESET_COLUMNS } from '../columns/mapping.ts';
import type { QuantityNotation } from '../row/quantity.ts';
import type { ByteEncoding } from './bytes/text.ts';
import type { RowSink } from './row/outcomes.ts';

export interface ScannerOptions {
  readonly delimiter: string;
  /** The quote character; empty for none. */
  readonly quote: string;
  readonly encoding: ByteEncoding;
  readonly columns: ColumnMapping<(typeof RESET_COLUMNS.meanings)[number]>;
  readonly quantity: QuantityNotation;
  /** Ids of the active products, exactly as the file writes them. */
  readonly activeIds: Iterable<string>;
}

export interface ScannerSink extends RowSink {
  /** Takes the header line as it stands, once, before any row; a view that is valid only during the call. */
  header(bytes: Uint8Array): void;
}
