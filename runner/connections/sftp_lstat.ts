import type { Stats } from 'ssh2';
import { ConnectionError } from './connection_error.ts';
import { failure } from './sftp_failure.ts';
import { remotePath } from './sftp_path.ts';
import type { SftpSession } from './sftp_session.ts';

/** Of the name itself, links not followed; null where nothing is there. */
export async function lstat(session: SftpSession, path: string): Promise<Stats | null> {
  const remote = remotePath(session.config, path);
  return orNullIfAbsent(
    session.request<Stats>({ doing: 'stat', path }, (sftp, done) => sftp.lstat(remote, done)),
  );
}

export async function orNullIfAbsent<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ConnectionError && error.kind === 'not_found') return null;
    throw error;
  }
}

export function modifiedAt(stats: Stats): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(stats.mtime * 1000);
}

/**
 * Refuses a folder that is a link, or lies below one: the server would follow it out of sight. What is missing is
 * no link. The base directory itself is the operator's choice and may be one.
 */
export async function refuseLinkedFolder(session: SftpSession, dirPath: string): Promise<void> {
  if (dirPath === '') return;
  const segments = dirPath.split('/');
  const prefixes = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  // From the top, because below a link a look already goes through it.
  for (const path of prefixes) {
    if (session.plainFolders.has(path)) continue;
    const stats = await lstat(session, path);
    if (stats === null) return;
    if (stats.isSymbolicLink()) {
      const why = 'it is a link, and links are not followed';
      throw failure(session.config, { doing: 'enter', path }, { kind: 'not_a_file', why });
    }
    session.plainFolders.add(path);
  }
}
