import type { Stats } from 'ssh2';
import { failure } from './sftp_failure.ts';
import { type SftpEntry, stat } from './sftp_listing.ts';
import { modifiedAt as instantOf, lstat } from './sftp_lstat.ts';
import { remotePath } from './sftp_path.ts';
import { readInOrder } from './sftp_read_ahead.ts';
import type { SftpSession } from './sftp_session.ts';

export interface SftpFile extends SftpEntry {
  readonly kind: 'file';
  /**
   * The bytes in order; each chunk's buffer belongs to the consumer alone.
   * @throws ConnectionError `changed_while_read` where size or mtime moved since `open`, or the name now means
   *   another file
   */
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** @throws ConnectionError `not_found`, or `not_a_file` for a folder, a link or a device */
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
    const fstat = () => session.request<Stats>(step, (sftp, done) => sftp.fstat(handle, done));
    requireSame(session, entry, { when: 'when opened', now: await fstat() });
    let readBytes = 0;
    for await (const chunk of readInOrder(session, { handle, path: entry.path, bytes: entry.bytes })) {
      readBytes += chunk.length;
      yield chunk;
    }
    if (readBytes !== entry.bytes) {
      throw changed(session, entry, `it ended after ${readBytes} of ${entry.bytes} bytes`);
    }
    requireSame(session, entry, { when: 'after reading', now: await fstat() });
    // The handle still reads a file that was replaced under its name; the name itself tells.
    requireSame(session, entry, { when: 'by name after reading', now: await lstat(session, entry.path) });
  } finally {
    await session.tidy(step, (sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
  }
}

function requireSame(
  session: SftpSession,
  entry: SftpEntry,
  { when, now }: { readonly when: string; readonly now: Stats | null },
): void {
  if (now === null) throw changed(session, entry, `it was gone ${when}`);
  const modifiedAt = instantOf(now);
  if (now.size === entry.bytes && modifiedAt.equals(entry.modifiedAt)) return;
  const [before, after] = [describe(entry.bytes, entry.modifiedAt), describe(now.size, modifiedAt)];
  throw changed(session, entry, `it was ${before} at first and ${after} ${when}`);
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

function describe(bytes: number, modifiedAt: Temporal.Instant): string {
  return `${bytes} bytes of ${modifiedAt}`;
}
