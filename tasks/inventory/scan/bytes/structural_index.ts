/** A stretch of bytes, `[from, to)`. */
interface Block {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the bytes that shape a CSV: delimiters, quotes, line feeds and NULs. It writes every position and
 * moves on only past those that matter, so that its loop has no branch to mispredict: what makes it several
 * times as fast as asking each byte what it is.
 */
export class StructuralIndex {
  /** Ascending: first the position before the block, then as many marks of the block as `fill` returned. */
  readonly positions: Int32Array;
  /** By byte: 1 for one that shapes a CSV, else 0. */
  readonly isMark = new Uint8Array(256);

  constructor(marks: Iterable<number>, blockBytes: number) {
    for (const mark of marks) this.isMark[mark] = 1;
    this.positions = new Int32Array(blockBytes + 2);
  }

  /** Finds the marks of a block; returns how many there are. */
  fill(block: Block): number {
    this.positions[0] = block.from - 1;
    const count = this.#fillByFours(block);
    return this.#fillRest(block, count) - 1;
  }

  /** Apart from `fillRest`, because the compiler keeps one loop in registers and not two. */
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
