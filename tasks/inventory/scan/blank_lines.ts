import type { RowCarry } from './row/carry.ts';
import type { RowOutcomes } from './row/outcomes.ts';

const NO_BYTES = new Uint8Array(0);
const DOS_END_MARK = 0x1a;

/** Collects blank lines since the last row. They are rejected as rows unless the file ends with them. */
export class BlankLines {
  count = 0;

  /** Rejects the collected lines as rows with too few columns, because a row follows them. @returns how many there were */
  reject(outcomes: RowOutcomes): number {
    const rejected = this.count;
    for (; this.count > 0; this.count--) {
      outcomes.rowsIn++;
      outcomes.reject('wrong_column_count', NO_BYTES);
    }
    return rejected;
  }
}

/** Returns whether the rest after the last line end is only the end mark (0x1a) of DOS programs. */
export function isEndMark({ bytes, length }: RowCarry): boolean {
  return length > 0 && bytes.subarray(0, length).every((byte) => byte === DOS_END_MARK);
}
