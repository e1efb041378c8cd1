import type { RejectedRow } from '../inventory/reset_scanner.ts';

export const REJECTS_HEADER = 'line,reason,raw\n';

/** A line of the rejects file, which people open in a spreadsheet: a row that would be a formula there is made text. */
export function rejectLine({ line, reason, raw }: RejectedRow): string {
  const visible = raw.replaceAll('\0', '\u2400');
  const harmless = /^[=+\-@\t\r]/.test(visible) ? `'${visible}` : visible;
  return `${line},${reason},"${harmless.replaceAll('"', '""')}"\n`;
}
