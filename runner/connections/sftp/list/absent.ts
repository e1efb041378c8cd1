/**
 * Detects absent files. Servers should answer NO_SUCH_FILE; some answer a plain FAILURE, as for any other problem: then
 * the listing of the parent folder decides.
 */
import type { FileEntryWithStats } from 'ssh2';
import { ConnectionError } from '../../connection_error.ts';
import { saysFailure } from '../failure.ts';
import { remotePath, splitPath } from '../path.ts';
import type { SftpSession } from '../session.ts';

/** Returns the entries as the server gives them, hidden names included; null if the folder is absent. */
export async function readEntries(
  session: SftpSession,
  dirPath: string,
): Promise<readonly FileEntryWithStats[] | null> {
  const remote = remotePath(session.config, dirPath);
  const request = session.request<FileEntryWithStats[]>({ doing: 'list', path: dirPath }, (sftp, done) =>
    sftp.readdir(remote, done),
  );
  return await orNullIfAbsent(session, dirPath, request);
}

/** Returns the answer to a request about the path, or null if no such name exists. */
export async function orNullIfAbsent<T>(
  session: SftpSession,
  path: string,
  request: Promise<T>,
): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    if (error.kind === 'not_found') return null;
    if (path !== '' && saysFailure(error) && (await isListed(session, path)) === false) return null;
    throw error;
  }
}

/** Returns true if the parent folder lists the name; null if it cannot be listed. */
async function isListed(session: SftpSession, path: string): Promise<boolean | null> {
  const { dir, name } = splitPath(path);
  try {
    return (await readEntries(session, dir))?.some(({ filename }) => filename === name) ?? false;
  } catch (error) {
    if (error instanceof ConnectionError) return null;
    throw error;
  }
}
