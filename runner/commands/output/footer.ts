/** The lines that stay at the bottom of a terminal while something goes on: what anybody else writes goes above them. */

const NEWLINE = 0x0a;

/** Keeps track of the lines on the terminal, and returns the bytes to write. */
export class FooterBytes {
  #shown = '';
  #shownLines = 0;
  #isErased = false;
  /** Somebody has written a line and not ended it yet. */
  #isLineOpen = false;

  /** @param lines none to take the footer away; each fits the width of the terminal */
  show(lines: readonly string[]): string {
    const next = lines.map((line) => `${line}\n`).join('');
    if (next === this.#shown && !this.#isErased) return '';
    const text = `${this.#erase()}${this.#isLineOpen && next !== '' ? '\n' : ''}${next}`;
    if (next !== '') this.#isLineOpen = false;
    this.#shown = next;
    this.#shownLines = lines.length;
    this.#isErased = false;
    return text;
  }

  /** The bytes that somebody writes, with the footer erased before and drawn again once their last line has ended. */
  around(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    const erase = this.#erase();
    this.#isLineOpen = bytes.at(-1) !== NEWLINE;
    this.#isErased = this.#isLineOpen;
    if (this.#shownLines === 0) return bytes;
    return Buffer.concat([Buffer.from(erase), bytes, Buffer.from(this.#isLineOpen ? '' : this.#shown)]);
  }

  #erase(): string {
    return this.#shownLines === 0 || this.#isErased ? '' : `\u001b[${this.#shownLines}A\u001b[0J`;
  }
}
