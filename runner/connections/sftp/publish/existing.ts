/** Moves and removes files that are there already, each in one request. */
import { failure, isAnswer } from '../failure.ts';
import { makeDirs } from '../list/folders.ts';
import { stat } from '../list/list.ts';
import { remotePath, splitPath } from '../path.ts';
import type { SftpSession } from '../session.ts';

/**
 * Renames a file to a free name. The plain rename of the protocol never replaces a file.
 * @returns false, with nothing changed, if the name is taken or the server refuses: the folders may be on different disks
 */
export async function renameFile(session: SftpSession, fromPath: string, toPath: string): Promise<boolean> {
  if ((await stat(session, toPath)) !== null) return false;
  await requireFile(session, fromPath, 'move');
  await makeDirs(session, splitPath(toPath).dir);
  const [from, to] = [remotePath(session.config, fromPath), remotePath(session.config, toPath)];
  try {
    return await session.requestExtension({ doing: 'move', path: fromPath }, (sftp, done) =>
      sftp.rename(from, to, (error) => done(error, undefined)),
    );
  } catch (error) {
    if (!isAnswer(error)) throw error;
    session.log.debug('sftp: the server did not move the file in one step', { reason: error.message });
    return false;
  }
}

/** Removes a file. @returns false if there is none */
export async function removeFile(session: SftpSession, path: string): Promise<boolean> {
  if ((await requireFile(session, path, 'remove')) === null) return false;
  const remote = remotePath(session.config, path);
  try {
    await session.request<undefined>({ doing: 'remove', path }, (sftp, done) =>
      sftp.unlink(remote, (error) => done(error, undefined)),
    );
    return true;
  } catch (error) {
    // Another one may have removed it in between.
    if (isAnswer(error) && (await stat(session, path)) === null) return false;
    throw error;
  }
}

async function requireFile(session: SftpSession, path: string, doing: string) {
  const entry = await stat(session, path);
  if (entry === null || entry.kind === 'file') return entry;
  throw failure(session.config, { doing, path }, { kind: 'not_a_file', why: 'it is a folder' });
}
