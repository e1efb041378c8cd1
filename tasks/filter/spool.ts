import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 256 * 1024;

/**
 * Holds content whose name is known only at its end: up to 8 MB in memory, beyond that in a temporary file that is
 * deleted on disposal.
 */
export class Spool implements AsyncDisposable {
  bytes = 0;
  readonly #hash = createHash('sha256');
  readonly #memoryBytes: number;
  #memory: Uint8Array[] = [];
  #file: { readonly folder: string; readonly handle: FileHandle } | null = null;

  constructor(options: { readonly memoryBytes?: number } = {}) {
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
  }

  /** Keeps the chunk itself without copying it. One call at a time. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    this.#memory.push(chunk);
    if (this.#file !== null || this.bytes > this.#memoryBytes) await this.#spill();
  }

  /** The sha256 of everything written, in lower-case hex. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Yields everything written, in order; may be called again. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.#file === null) {
      yield* this.#memory;
      return;
    }
    for (let at = 0; at < this.bytes; ) {
      const buffer = new Uint8Array(Math.min(READ_BYTES, this.bytes - at));
      const { bytesRead } = await this.#file.handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error(`the temporary file ends at ${at} of ${this.bytes} bytes`);
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#memory = [];
    if (this.#file === null) return;
    await this.#file.handle.close();
    await rm(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
  }

  async #spill(): Promise<void> {
    this.#file ??= await openTemporary();
    const { handle } = this.#file;
    for (const chunk of this.#memory) {
      for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    }
    this.#memory = [];
  }
}

/** Opens a temporary file that only this process's user may read. */
async function openTemporary() {
  const folder = await mkdtemp(join(tmpdir(), 'stockflow-filter-'));
  try {
    return { folder, handle: await open(join(folder, 'spool'), 'wx+', 0o600) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
