import type { MessagePort } from 'node:worker_threads';
import type { ToScanner } from './messages.ts';

/** A queue of the file's chunks that arrive by message. The sender bounds its length. */
export class Inbox {
  readonly #waiting: (Uint8Array | null)[] = [];
  #arrival = Promise.withResolvers<void>();

  constructor(port: MessagePort, onTaken: (bytes: number) => void) {
    port.on('message', (message: ToScanner) => {
      if (message.kind === 'taken') return onTaken(message.bytes);
      this.#waiting.push(message.kind === 'chunk' ? message.bytes : null);
      this.#arrival.resolve();
    });
  }

  /** Yields the chunks in order, to the end of the file. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk === null) return;
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      this.#arrival = Promise.withResolvers();
      await this.#arrival.promise;
    }
  }
}
