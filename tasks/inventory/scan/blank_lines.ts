import type { RowCarry } from './row/carry.ts';
import type { RowOutcomes } from './row/outcomes.ts';

const NO_BYTES = new Uint8Array(0);
const DOS_END_MARK = 0x1a;

/** Lines without anything in them since the last row: rows that are rejected, unless the file ends with them. */
export class BlankLines {
  count = 0;

  /** A row follows them, so that they are rows themselves, with too few columns. */
  reject(outcomes: RowOutcomes): void {
    for (; this.count > 0; this.count--) {
      outcomes.rowsIn++;
      outcomes.reject('wrong_column_count', NO_BYTES);
    }
  }
}

/** Whether what follows the last line end is nothing but the mark by which DOS programs end a text. */
export function isEndMark({ bytes, length }: RowCarry): boolean {
  return length > 0 && bytes.subarray(0, length).every((byte) => byte === DOS_END_MARK);
}
