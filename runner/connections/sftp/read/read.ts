import type { Stats } from 'ssh2';
import { failure, isAnswer } from '../failure.ts';
import { type Attributes, modifiedAt } from '../list/attributes.ts';
import { type SftpEntry, stat } from '../list/list.ts';
import { lstat } from '../list/lstat.ts';
import { remotePath } from '../path.ts';
import type { SftpSession } from '../session.ts';
import { readInOrder } from './ahead.ts';

export interface SftpFile extends SftpEntry {
  readonly kind: 'file';
  /**
   * Yields the bytes in order; each chunk's buffer belongs to the consumer alone.
   * @throws ConnectionError `changed_while_read` if size or mtime changed since `open`, or if the name now belongs to
   *   another file
   */
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Opens a file. @throws ConnectionError `not_found`, or `not_a_file` for a folder, a link or a device */
export async function openFile(session: SftpSession, path: string): Promise<SftpFile> {
  const entry = await stat(session, path);
  const step = { doing: 'read', path };
  if (entry === null) {
    throw failure(session.config, step, {
      kind: 'not_found',
      why: `nothing of that name below ${session.config.display}`,
    });
  }
  if (entry.kind !== 'file')
    throw failure(session.config, step, { kind: 'not_a_file', why: 'it is a folder' });
  return { ...entry, kind: 'file', chunks: () => readChunks(session, entry) };
}

async function* readChunks(session: SftpSession, entry: SftpEntry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const step = { doing: 'read', path: entry.path };
  const remote = remotePath(session.config, entry.path);
  const handle = await session.request<Buffer>(step, (sftp, done) => sftp.open(remote, 'r', done));
  try {
    requireSame(session, entry, { when: 'when opened', now: await openedAttributes(session, entry, handle) });
    let readBytes = 0;
    for await (const chunk of readInOrder(session, { handle, path: entry.path, bytes: entry.bytes })) {
      readBytes += chunk.length;
      yield chunk;
    }
    if (readBytes !== entry.bytes) {
      throw changed(session, entry, `it ended after ${readBytes} of ${entry.bytes} bytes`);
    }
    requireSameOrGone(session, entry, {
      when: 'after reading',
      now: await openedAttributes(session, entry, handle),
    });
    // The handle still reads a file that was replaced under its name, so the name is checked.
    requireSameOrGone(session, entry, {
      when: 'by name after reading',
      now: await lstat(session, entry.path),
    });
  } finally {
    await session.cleanup(step, (sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
  }
}

/** Returns the attributes of the open file, or of its name if the server does not give those of handles. */
async function openedAttributes(
  session: SftpSession,
  { path }: SftpEntry,
  handle: Buffer,
): Promise<Attributes | null> {
  if (!session.lacksFstat) {
    try {
      const step = { doing: 'stat the open file', path };
      return await session.request<Stats>(step, (sftp, done) => sftp.fstat(handle, done));
    } catch (error) {
      if (!isAnswer(error)) throw error;
      session.lacksFstat = true;
      session.log.debug('sftp: the server does not give the attributes of open files', {
        reason: error.message,
      });
    }
  }
  return await lstat(session, path);
}

interface LaterCheck {
  readonly when: string;
  readonly now: Attributes | null;
}

/**
 * Requires that the file is unchanged or gone: some servers remove a file once its last byte is read, and then all of
 * it was read.
 */
function requireSameOrGone(session: SftpSession, entry: SftpEntry, later: LaterCheck): void {
  if (later.now === null) {
    const { id: connection } = session.config;
    session.log.debug('sftp: the file was removed once it was read', { connection, path: entry.path });
  } else requireSame(session, entry, later);
}

function requireSame(session: SftpSession, entry: SftpEntry, { when, now }: LaterCheck): void {
  if (now === null) throw changed(session, entry, `it was gone ${when}`);
  const after = { bytes: now.size ?? entry.bytes, modifiedAt: modifiedAt(now) };
  if (after.bytes === entry.bytes && isSameTime(entry.modifiedAt, after.modifiedAt)) return;
  throw changed(session, entry, `it was ${describe(entry)} at first and ${describe(after)} ${when}`);
}

/**
 * Returns true if the times agree. A server may give a time in one answer and not in another: then the size decides.
 */
function isSameTime(before: Temporal.Instant | null, after: Temporal.Instant | null): boolean {
  return before === null || after === null || before.equals(after);
}

function changed(session: SftpSession, entry: SftpEntry, what: string) {
  return failure(
    session.config,
    { doing: 'read', path: entry.path },
    {
      kind: 'changed_while_read',
      why: `${what}; someone is still writing it, or has replaced it`,
    },
  );
}

function describe({ bytes, modifiedAt }: Pick<SftpEntry, 'bytes' | 'modifiedAt'>): string {
  return modifiedAt === null ? `${bytes} bytes` : `${bytes} bytes of ${modifiedAt}`;
}
