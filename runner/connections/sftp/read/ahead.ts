/** Reads files with many requests in flight, so that the speed does not depend on the round trip. */

import type { SftpSession } from '../session.ts';
import { LARGEST_READ_BYTES } from './request_size.ts';

export interface OpenHandle {
  readonly handle: Buffer;
  /** The path for messages. */
  readonly path: string;
  /** The number of bytes to read. */
  readonly bytes: number;
}

/** The size of a chunk in bytes; each chunk has its own buffer, so that it can be transferred to another thread. */
const CHUNK_BYTES = LARGEST_READ_BYTES;
/** 5 MiB: about 100 MB/s at 50 ms of round trip. */
const CHUNKS_IN_FLIGHT = 20;

/**
 * Yields the file's bytes in order, with at most `CHUNKS_IN_FLIGHT` chunks in memory. It ends early if the file does.
 */
export async function* readInOrder(
  session: SftpSession,
  open: OpenHandle,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const ahead: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let position = 0;
  const askForMore = () => {
    while (ahead.length < CHUNKS_IN_FLIGHT && position < open.bytes) {
      const length = Math.min(CHUNK_BYTES, open.bytes - position);
      const chunk = readChunk(session, open, { position, length });
      // After one fails the others are not awaited; they fail with the same error.
      chunk.catch(() => {});
      ahead.push(chunk);
      position += length;
    }
  };
  askForMore();
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    const chunk = await next;
    askForMore();
    yield chunk;
  }
}

interface Range {
  readonly position: number;
  readonly length: number;
}

async function readChunk(
  session: SftpSession,
  open: OpenHandle,
  { position, length }: Range,
): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  const requestBytes = session.readSize.bytes;
  const pieces: Promise<number>[] = [];
  for (let from = 0; from < length; from += requestBytes) {
    pieces.push(fill(session, open, { buffer, from, to: Math.min(from + requestBytes, length), position }));
  }
  let filled = 0;
  for (const [index, got] of (await Promise.all(pieces)).entries()) {
    filled += got;
    if (got < Math.min(requestBytes, length - index * requestBytes)) break;
  }
  return new Uint8Array(buffer.buffer, 0, filled);
}
interface Piece {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
  /** The position of the buffer's first byte in the file. */
  readonly position: number;
}

/**
 * Fills a buffer.
 * @returns the number of bytes read; fewer than requested only if the file ended. A server may answer with less than
 *   was requested.
 */
async function fill(session: SftpSession, open: OpenHandle, piece: Piece): Promise<number> {
  const { buffer, from, to, position } = piece;
  let at = from;
  // The previous answer if it was shorter than requested: the file may have ended there.
  let short = 0;
  while (at < to) {
    const requested = to - at;
    const got = await session.request<number>({ doing: 'read', path: open.path }, (sftp, done) =>
      sftp.read(open.handle, buffer, at, requested, position + at, done),
    );
    if (got === 0) break;
    if (short > 0) session.readSize.answeredShort(short);
    short = got < requested ? got : 0;
    at += got;
  }
  return at - from;
}
