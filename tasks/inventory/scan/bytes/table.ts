/**
 * A numbered set of byte strings that is queried without making a string of the bytes. It compares hashes first, and
 * bytes only if a stored hash is equal.
 */
export class ByteTable {
  /** Open addressing: number + 1, or 0 for a free slot; at most a quarter of the slots is used. */
  #slots = new Int32Array(4096);
  #hashes = new Int32Array(1024);
  /** All strings one after the other; an object for each would take ten times the memory. */
  #bytes = new Uint8Array(16 * 1024);
  /** The start of each string, and of the next one to be added. */
  #starts = new Int32Array(1025);
  #size = 0;

  /**
   * One bit for every hash of a string's last four bytes; it rules out most other strings before they are hashed in
   * full.
   */
  readonly #tails = new Uint8Array(8192);

  get size(): number {
    return this.#size;
  }

  /** Returns the number of `bytes[start, end)`, counted from 0 in order of `add`; -1 if it is not in the set. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const tail = tailHash(bytes, start, end);
    if (((this.#tails[tail >>> 3] ?? 0) & (1 << (tail & 7))) === 0) return -1;
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && this.#equals(number, bytes, start, end)) return number;
    }
  }

  /** Adds a string that is not in the set, and returns its number. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const number = this.#size;
    if ((number + 1) * 4 > this.#slots.length) this.#grow();
    this.#append(bytes.subarray(start, end));
    const tail = tailHash(bytes, start, end);
    this.#tails[tail >>> 3] = (this.#tails[tail >>> 3] ?? 0) | (1 << (tail & 7));
    const hash = hashOf(bytes, start, end);
    this.#hashes[number] = hash;
    this.#place(number, hash);
    return number;
  }

  /**
   * Returns the string with that number.
   * @throws RangeError for a number that `add` never returned
   */
  bytesOf(number: number): Uint8Array {
    if (!(number >= 0 && number < this.#size)) throw new RangeError(`no entry ${number}`);
    return this.#bytes.slice(this.#starts[number], this.#starts[number + 1]);
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#starts[number] ?? 0;
    const length = end - start;
    if ((this.#starts[number + 1] ?? 0) - own !== length) return false;
    for (let at = 0; at < length; at++) {
      if (this.#bytes[own + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  #append(entry: Uint8Array): void {
    const start = this.#starts[this.#size] ?? 0;
    const end = start + entry.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(entry, start);
    this.#size++;
    this.#starts[this.#size] = end;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #grow(): void {
    const hashes = this.#hashes;
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#hashes.set(hashes);
    const starts = this.#starts;
    this.#starts = new Int32Array(hashes.length * 2 + 1);
    this.#starts.set(starts);
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++) this.#place(number, hashes[number] ?? 0);
  }
}

/** Hashes the length and the last four bytes to 16 bits; the length alone if there are fewer bytes. */
function tailHash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return length;
  const word =
    (bytes[end - 4] ?? 0) |
    ((bytes[end - 3] ?? 0) << 8) |
    ((bytes[end - 2] ?? 0) << 16) |
    ((bytes[end - 1] ?? 0) << 24);
  return Math.imul(word ^ length, 0x9e3779b1) >>> 16;
}

/** Hashes four bytes a step; the multiplier is 2^32 divided by the golden ratio (Knuth, TAOCP 6.4). */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
