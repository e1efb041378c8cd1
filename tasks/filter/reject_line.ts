import type { RejectedRow } from '../inventory/scan/row/outcomes.ts';

export const REJECTS_HEADER = 'file,line,column,reason,raw\n';

/** Rows of the rejects file: many times what a night may have that passes, and little enough to keep with a run. */
export const REJECTS_KEPT_MAX = 100_000;

/** A rejected row with the place of its fault. */
export interface PlacedReject extends RejectedRow {
  /** The file's name. */
  readonly file: string;
  /** 1-based, in characters. */
  readonly column: number;
}

/** A line of the rejects file, which people open in a spreadsheet: a row that would be a formula there is made text. */
export function rejectLine({ file, line, column, reason, raw }: PlacedReject): string {
  const visible = raw.replaceAll('\0', '\u2400');
  const harmless = /^[=+\-@\t\r]/.test(visible) ? `'${visible}` : visible;
  return `${file},${line},${column},${reason},"${harmless.replaceAll('"', '""')}"\n`;
}
