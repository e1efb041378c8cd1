import { createHash } from 'node:crypto';
import type { FileFacts, Files } from '../../runner/task.ts';

type Opener = Pick<Files, 'open'>;

/** Returns size and checksum of a file by reading it. */
export async function factsOf(files: Opener, location: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  const file = await files.open(location);
  for await (const chunk of file.chunks()) hash.update(chunk);
  return { location, bytes: file.bytes, sha256: hash.digest('hex'), rows: null };
}

/** Passes the chunks on, and tells their checksum once they have all been read. */
export function hashed(chunks: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  sha256(): string;
} {
  const hash = createHash('sha256');
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: pass(), sha256: () => hash.digest('hex') };
}
