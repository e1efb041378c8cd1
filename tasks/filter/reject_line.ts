import type { RejectedRow } from '../inventory/scan/row/outcomes.ts';

export const REJECTS_HEADER = 'file,line,column,reason,raw\n';

/**
 * Upper bound of rows in the rejects file: many times the rejects of an acceptable night, and still small enough to
 * keep with a run.
 */
export const REJECTS_KEPT_MAX = 100_000;

/** A rejected row with the position of its fault. */
export interface PlacedReject extends RejectedRow {
  /** The name of the file. */
  readonly file: string;
  /** The position, 1-based, in characters. */
  readonly column: number;
}

/** Formats a line of the rejects file. A cell that a spreadsheet would read as a formula is escaped as text. */
export function rejectLine({ file, line, column, reason, raw }: PlacedReject): string {
  const visible = raw.replaceAll('\0', '\u2400');
  const escaped = /^[=+\-@\t\r]/.test(visible) ? `'${visible}` : visible;
  return `${file},${line},${column},${reason},"${escaped.replaceAll('"', '""')}"\n`;
}
