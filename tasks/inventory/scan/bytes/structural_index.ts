/** A range of bytes, `[from, to)`. */
interface Block {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the structural bytes of a CSV: delimiters, quotes, line feeds and NULs. It writes every position and advances
 * only past structural ones, so that its loop has no branch to mispredict; this is several times as fast as branching
 * on each byte.
 */
export class StructuralIndex {
  /** Ascending positions: first the one before the block, then the marks of the block, as many as `fill` returned. */
  readonly positions: Int32Array;
  /** By byte value: 1 for a structural byte, else 0. */
  readonly isMark = new Uint8Array(256);

  constructor(marks: Iterable<number>, blockBytes: number) {
    for (const mark of marks) this.isMark[mark] = 1;
    this.positions = new Int32Array(blockBytes + 2);
  }

  /** Finds the marks of a block and returns their number. */
  fill(block: Block): number {
    this.positions[0] = block.from - 1;
    const count = this.#fillByFours(block);
    return this.#fillRest(block, count) - 1;
  }

  /** Separate from `fillRest`, because the compiler keeps one loop in registers and not two. */
  #fillByFours({ bytes, from, to }: Block): number {
    const { positions, isMark } = this;
    const end = to - ((to - from) & 3);
    let count = 1;
    for (let at = from; at < end; at += 4) {
      positions[count] = at;
      count += isMark[bytes[at] ?? 0] ?? 0;
      positions[count] = at + 1;
      count += isMark[bytes[at + 1] ?? 0] ?? 0;
      positions[count] = at + 2;
      count += isMark[bytes[at + 2] ?? 0] ?? 0;
      positions[count] = at + 3;
      count += isMark[bytes[at + 3] ?? 0] ?? 0;
    }
    return count;
  }

  #fillRest({ bytes, from, to }: Block, marked: number): number {
    let count = marked;
    for (let at = to - ((to - from) & 3); at < to; at++) {
      this.positions[count] = at;
      count += this.isMark[bytes[at] ?? 0] ?? 0;
    }
    return count;
  }
}
