import { createHash } from 'node:crypto';
import type { OpenFile } from '../../../runner/task.ts';

/** Passes a file's chunks through and computes their sha256 and size. */
export interface HashedChunks {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The digest of the bytes as stored; available after the last chunk. */
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
