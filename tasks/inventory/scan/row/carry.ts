import { MAX_ROW_BYTES } from './fields.ts';

/**
 * Holds the beginning of a row that ends in a later chunk. A row that is already too long to be accepted is not kept
 * whole.
 */
export class RowCarry {
  bytes: Uint8Array = new Uint8Array(1024);
  /** The length of the row so far; bytes past the limit are counted and not kept. */
  length = 0;

  append(chunk: Uint8Array, from: number, to: number): void {
    const keep = Math.min(to - from, MAX_ROW_BYTES + 1 - this.length);
    if (keep > 0) this.#keep(chunk.subarray(from, from + keep));
    this.length += to - from;
  }

  clear(): void {
    this.length = 0;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.length);
  }
}
