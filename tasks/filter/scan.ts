import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import type { FileScan, FromScanner, OutputName, ScanSetup, ToScanner } from './messages.ts';

/** How much may be read ahead of the scanner: enough to keep both threads busy. */
const UNSCANNED_BYTES = 1024 * 1024;

export interface ScanRequest {
  readonly setup: ScanSetup;
  /** The file's chunks; each chunk's buffer is transferred to the scanning thread. */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly signal: AbortSignal;
  /** Called once at a time, in order; the scan waits for it. */
  readonly onOutput: (to: OutputName, bytes: Uint8Array) => Promise<void>;
  /** Called with the number of bytes scanned since the last call. */
  readonly onScanned: (bytes: number) => void;
}

/**
 * Scans a file in a thread of its own, so that reading continues meanwhile.
 * @throws InvalidFileError if the file must not be used; whatever reading or `onOutput` threw; the signal's reason
 */
export async function scan(request: ScanRequest): Promise<FileScan> {
  request.signal.throwIfAborted();
  const worker = new Worker(new URL(`./scan_thread${extname(import.meta.filename)}`, import.meta.url), {
    workerData: request.setup,
  });
  const link = new ScannerLink(worker, request);
  const onAbort = () => link.fail(request.signal.reason);
  request.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await link.run();
  } finally {
    request.signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

class ScannerLink {
  readonly #worker: Worker;
  readonly #request: ScanRequest;
  readonly #settle = Promise.withResolvers<FileScan>();
  #isSettled = false;
  #unscanned = 0;
  #room = Promise.withResolvers<void>();
  #delivered: Promise<void> = Promise.resolve();

  constructor(worker: Worker, request: ScanRequest) {
    this.#worker = worker;
    this.#request = request;
    worker.on('message', (message: FromScanner) => this.#receive(message));
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', () =>
      this.#deliver(async () => this.fail(new Error('the scanning thread ended early'))),
    );
  }

  /** Resolves when nothing is being read or delivered any more. */
  async run(): Promise<FileScan> {
    const feeding = this.#feed();
    try {
      return await this.#settle.promise;
    } finally {
      await feeding;
      await this.#delivered;
    }
  }

  /** Never throws: a read failure settles the outcome, and a settled outcome ends the reading. */
  async #feed(): Promise<void> {
    try {
      for await (const bytes of this.#request.chunks) {
        if (this.#isSettled) return;
        this.#unscanned += bytes.length;
        this.#post({ kind: 'chunk', bytes }, [bytes.buffer]);
        await this.#waitForRoom();
      }
      this.#post({ kind: 'end' });
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#end(() => this.#settle.reject(error));
  }

  #receive(message: FromScanner): void {
    switch (message.kind) {
      case 'output':
        this.#deliver(async () => {
          if (this.#isSettled) return;
          await this.#request.onOutput(message.to, message.bytes);
          this.#post({ kind: 'taken', bytes: message.bytes.length });
        });
        break;
      case 'scanned':
        this.#unscanned -= message.bytes;
        this.#request.onScanned(message.bytes);
        this.#room.resolve();
        break;
      case 'done':
        this.#deliver(async () => this.#end(() => this.#settle.resolve(message.scan)));
        break;
      case 'refused':
        this.fail(new InvalidFileError(message.why));
        break;
    }
  }

  /** Runs the steps one after the other, so that output keeps its order and the end comes last. */
  #deliver(step: () => Promise<void>): void {
    this.#delivered = this.#delivered.then(step).catch((error: unknown) => this.fail(error));
  }

  #end(settle: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    settle();
    this.#room.resolve();
  }

  async #waitForRoom(): Promise<void> {
    while (!this.#isSettled && this.#unscanned > UNSCANNED_BYTES) {
      this.#room = Promise.withResolvers();
      await this.#room.promise;
    }
  }

  #post(message: ToScanner, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
