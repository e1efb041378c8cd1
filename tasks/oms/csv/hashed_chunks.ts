import { createHash } from 'node:crypto';
import type { OpenFile } from '../../../runner/task.ts';

/** A file's chunks on their way through, and, once all have passed, what they were. */
export interface HashedChunks {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of the bytes as they lie at the location. Only after the last chunk. */
  digest(): { readonly sha256: string; readonly bytes: number };
}

export function hashedChunks(file: OpenFile): HashedChunks {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.chunks()) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { chunks: pass(), digest: () => ({ sha256: hash.digest('hex'), bytes }) };
}
