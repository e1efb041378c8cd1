/** Writes files with many requests in flight. */
import { createHash } from 'node:crypto';
import type { SftpSession } from '../session.ts';

export type SftpContent = Uint8Array | AsyncIterable<Uint8Array>;

export interface WrittenFacts {
  readonly bytes: number;
  /** The sha256 as 64 lower-case hex digits. */
  readonly sha256: string;
}

/** The size of a write request: every server accepts this much at once (draft-ietf-secsh-filexfer-02 section 3). */
const REQUEST_BYTES = 32 * 1024;
const REQUESTS_IN_FLIGHT = 64;

/**
 * Writes the content from the beginning of the file.
 * @throws ConnectionError, the signal's reason, or the content's own error
 */
export async function writeContent(
  session: SftpSession,
  { handle, path }: { readonly handle: Buffer; readonly path: string },
  content: SftpContent,
): Promise<WrittenFacts> {
  const hash = createHash('sha256');
  const unanswered: Promise<undefined>[] = [];
  let position = 0;
  for await (const block of blocksOf(content, session.signal)) {
    hash.update(block);
    const at = position;
    const written = session.request<undefined>({ doing: 'write', path, stores: true }, (sftp, done) =>
      sftp.write(handle, block, 0, block.length, at, (error) => done(error, undefined)),
    );
    // After one fails the others are not awaited; they fail with the same error.
    written.catch(() => {});
    unanswered.push(written);
    position += block.length;
    if (unanswered.length >= REQUESTS_IN_FLIGHT) await unanswered.shift();
  }
  await Promise.all(unanswered);
  return { bytes: position, sha256: hash.digest('hex') };
}

export function factsOf(content: Uint8Array): WrittenFacts {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** Yields the same bytes in blocks of one request each, as content often comes line by line. */
async function* blocksOf(content: SftpContent, signal: AbortSignal): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(REQUEST_BYTES);
  let filled = 0;
  for await (const piece of content instanceof Uint8Array ? [content] : untilAborted(content, signal)) {
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + REQUEST_BYTES - filled);
      block.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < REQUEST_BYTES) continue;
      yield block;
      block = Buffer.allocUnsafe(REQUEST_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Yields from the source until the signal aborts, so that a silent source does not outlive the abort. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {}); // heard only while a piece is awaited
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    signal.throwIfAborted();
    while (true) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) break;
      yield next.value;
    }
    ended = true;
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited after an abort: a generator blocked in an await would answer only after it.
    if (!ended) {
      const returned = iterator.return?.();
      if (signal.aborted) returned?.catch(() => {});
      else await returned;
    }
  }
}
