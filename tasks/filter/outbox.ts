import type { MessagePort } from 'node:worker_threads';
import { type FromScanner, OUTPUT_NAMES, type OutputName } from './messages.ts';

const FLUSH_BYTES = 256 * 1024;
const UNTAKEN_BYTES = 8 * 1024 * 1024;

/**
 * Batches the scanner's output and hands it to the reader's thread in large pieces, waiting while too much is
 * untaken.
 */
export class Outbox {
  readonly #port: MessagePort;
  readonly #pending: Record<OutputName, { bytes: Uint8Array<ArrayBuffer>; length: number }> = {
    filtered: { bytes: new Uint8Array(4096), length: 0 },
    rejects: { bytes: new Uint8Array(4096), length: 0 },
  };
  #untaken = 0;
  #room = Promise.withResolvers<void>();

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Copies the bytes, so that the caller may reuse the buffer behind them. */
  add(to: OutputName, bytes: Uint8Array): void {
    const pending = this.#pending[to];
    const length = pending.length + bytes.length;
    if (length > pending.bytes.length) {
      const grown = new Uint8Array(Math.max(length, pending.bytes.length * 2));
      grown.set(pending.bytes.subarray(0, pending.length));
      pending.bytes = grown;
    }
    pending.bytes.set(bytes, pending.length);
    pending.length = length;
    if (length >= FLUSH_BYTES) this.#send(to);
  }

  flush(): void {
    for (const name of OUTPUT_NAMES) this.#send(name);
  }

  post(message: FromScanner): void {
    this.#port.postMessage(message);
  }

  /** Records that the other thread has processed that many bytes. */
  taken(bytes: number): void {
    this.#untaken -= bytes;
    if (this.#untaken <= UNTAKEN_BYTES) this.#room.resolve();
  }

  /** Resolves once the amount in transit is below the bound. */
  async room(): Promise<void> {
    while (this.#untaken > UNTAKEN_BYTES) {
      this.#room = Promise.withResolvers();
      await this.#room.promise;
    }
  }

  #send(to: OutputName): void {
    const pending = this.#pending[to];
    if (pending.length === 0) return;
    const bytes = pending.bytes.slice(0, pending.length);
    pending.length = 0;
    this.#untaken += bytes.length;
    this.#port.postMessage({ kind: 'output', to, bytes } satisfies FromScanner, [bytes.buffer]);
  }
}
