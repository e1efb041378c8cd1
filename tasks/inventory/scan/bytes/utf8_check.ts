import { isUtf8 } from 'node:buffer';
import { InvalidFileError } from '../../file/invalid_file.ts';

/** Checks that a stream of chunks is UTF-8; a character may span two chunks. */
export class Utf8Check {
  /** The first bytes of a character that continues in the next chunk. */
  #begun: Uint8Array = new Uint8Array(0);
  /** The offset of `#begun` from the start of the stream. */
  #offset = 0;

  /**
   * Checks the next chunk.
   * @throws InvalidFileError with the offset of the first byte that is not UTF-8
   */
  push(chunk: Uint8Array): void {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const complete = completeLength(bytes);
    if (!isUtf8(bytes.subarray(0, complete))) this.#refuse(bytes.subarray(0, complete));
    this.#begun = new Uint8Array(bytes.subarray(complete));
    this.#offset += complete;
  }

  /**
   * Checks the end of the stream.
   * @throws InvalidFileError if the stream ended inside a character
   */
  finish(): void {
    if (this.#begun.length > 0) this.#refuse(this.#begun);
  }

  #refuse(bytes: Uint8Array): never {
    const at = firstInvalid(bytes);
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    throw new InvalidFileError(
      `not UTF-8: byte 0x${byte} at offset ${this.#offset + at} (encoding: windows-1252?)`,
    );
  }
}

/** Returns the length without an incomplete character at the end. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
