/** The longest line that is kept whole, in characters; a longer one comes in pieces. */
const LONGEST_LINE = 1 << 20;

/** Splits a stream of bytes into lines, as they come. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #take: (line: string) => void;
  #rest = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line.replace(/\r$/, ''));
    if (this.#rest.length < LONGEST_LINE) return;
    this.#take(this.#rest);
    this.#rest = '';
  }

  /** Gives the last line, if it has no end. */
  end(): void {
    const last = this.#rest + this.#decoder.decode();
    this.#rest = '';
    if (last !== '') this.#take(last);
  }
}
