/** Writes, verifies and discards a part file before it gets its final name. */
import { createHash } from 'node:crypto';
import { failure } from '../failure.ts';
import { lstatAt, type RemotePath } from '../list/lstat.ts';
import { readInOrder } from '../read/ahead.ts';
import type { SftpSession } from '../session.ts';
import { type SftpContent, type WrittenFacts, writeContent } from './write.ts';

export type PartFile = RemotePath;

const MODE = 0o640;

/** Writes, syncs and closes the part. On any failure the part is removed, if the connection still works. */
export async function writePart(
  session: SftpSession,
  part: PartFile,
  content: SftpContent,
): Promise<WrittenFacts> {
  const { path, remote } = part;
  const handle = await session.request<Buffer>({ doing: 'create', path, stores: true }, (sftp, done) =>
    sftp.open(remote, 'wx', MODE, done),
  );
  let closed = false;
  try {
    reached(session, path, 'created');
    const written = await writeContent(session, { handle, path }, content);
    reached(session, path, 'written');
    const synced = await session.requestExtension({ doing: 'sync', path, stores: true }, (sftp, done) =>
      sftp.ext_openssh_fsync(handle, (error) => done(error, undefined)),
    );
    if (!synced) session.log.debug('sftp: server offers no fsync', { connection: session.config.id });
    await session.request<undefined>({ doing: 'close', path, stores: true }, (sftp, done) =>
      sftp.close(handle, (error) => done(error, undefined)),
    );
    closed = true;
    reached(session, path, 'closed');
    return written;
  } finally {
    if (!closed) {
      await session.cleanup({ doing: 'close', path }, (sftp, done) =>
        sftp.close(handle, (error) => done(error, undefined)),
      );
      await discardPart(session, part);
    }
  }
}

/** Reads the part back. @throws ConnectionError `corrupt` unless the server returns exactly what was written */
export async function verifyPart(session: SftpSession, part: PartFile, written: WrittenFacts): Promise<void> {
  const { path, remote } = part;
  const step = { doing: 'verify', path };
  const attributes = await lstatAt(session, part);
  if (attributes === null) {
    throw failure(session.config, step, {
      kind: 'corrupt',
      why: 'it is gone, though nobody else knows its name',
    });
  }
  const { size = written.bytes } = attributes; // where the server gives none, the bytes read back decide
  if (size !== written.bytes) {
    const why = `${written.bytes} bytes were written, the server holds ${size}`;
    throw failure(session.config, step, { kind: 'corrupt', why });
  }
  const handle = await session.request<Buffer>(step, (sftp, done) => sftp.open(remote, 'r', done));
  const hash = createHash('sha256');
  try {
    for await (const chunk of readInOrder(session, { handle, path, bytes: size })) hash.update(chunk);
  } finally {
    await session.cleanup(step, (sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== written.sha256) {
    const why = `sha256 ${written.sha256} was written, ${sha256} was read back`;
    throw failure(session.config, step, { kind: 'corrupt', why });
  }
  reached(session, path, 'verified');
}

export function discardPart(session: SftpSession, { path, remote }: PartFile): Promise<void> {
  return session.cleanup({ doing: 'remove', path }, (sftp, done) =>
    sftp.unlink(remote, (error) => done(error, undefined)),
  );
}

/** Logs the step that a publish has reached. */
export function reached(session: SftpSession, path: string, step: string): void {
  session.log.debug('sftp: publishing', { connection: session.config.id, path, step });
}
