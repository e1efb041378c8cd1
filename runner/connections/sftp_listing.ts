import type { FileEntryWithStats, Stats } from 'ssh2';
import { failure } from './sftp_failure.ts';
import { lstat, modifiedAt, orNullIfAbsent, refuseLinkedFolder } from './sftp_lstat.ts';
import { isSafeName, joinPath, remotePath, splitPath } from './sftp_path.ts';
import type { SftpSession } from './sftp_session.ts';

export interface SftpEntry {
  /** Below the connection's base directory. */
  readonly path: string;
  /** The last part of `path`. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  /** Whole seconds: protocol version 3 knows no finer. */
  readonly modifiedAt: Temporal.Instant;
}

/** Files and folders in a folder, by name; an absent folder is empty. Links and unsafe names are left out, and logged. */
export async function list(session: SftpSession, dirPath: string): Promise<readonly SftpEntry[]> {
  const entries: SftpEntry[] = [];
  for (const { filename, attrs } of (await readFolder(session, dirPath)) ?? []) {
    if (!isSafeName(filename)) {
      if (!isOwnKindOfPart(filename)) skip(session, dirPath, { name: filename, why: 'unsafe name' });
      continue;
    }
    const path = joinPath(dirPath, filename);
    const entry = entryOf(path, attrs.mode === undefined ? await lstat(session, path) : attrs);
    if (entry === null) skip(session, dirPath, { name: filename, why: 'a link or a device' });
    else entries.push(entry);
  }
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/**
 * Null where nothing is there.
 * @throws ConnectionError `not_a_file` for a link, which is not followed, or a device
 */
export async function stat(session: SftpSession, path: string): Promise<SftpEntry | null> {
  remotePath(session.config, path); // refuses an unsafe path before any part of it is sent
  await refuseLinkedFolder(session, splitPath(path).dir);
  const stats = await lstat(session, path);
  if (stats === null) return null;
  const entry = entryOf(path, stats);
  if (entry !== null) return entry;
  const why = stats.isSymbolicLink() ? 'it is a link, and links are not followed' : 'it is no regular file';
  throw failure(session.config, { doing: 'use', path }, { kind: 'not_a_file', why });
}

/** As the server gives it, hidden names included; null where the folder is not there. */
export async function readFolder(
  session: SftpSession,
  dirPath: string,
): Promise<readonly FileEntryWithStats[] | null> {
  const remote = remotePath(session.config, dirPath);
  await refuseLinkedFolder(session, dirPath);
  return orNullIfAbsent(
    session.request<FileEntryWithStats[]>({ doing: 'list', path: dirPath }, (sftp, done) =>
      sftp.readdir(remote, done),
    ),
  );
}

function entryOf(path: string, stats: Stats | null): SftpEntry | null {
  if (stats === null || !(stats.isFile() || stats.isDirectory())) return null;
  const kind = stats.isFile() ? 'file' : 'directory';
  return { path, name: splitPath(path).name, kind, bytes: stats.size, modifiedAt: modifiedAt(stats) };
}

function isOwnKindOfPart(name: string): boolean {
  return name === '.' || name === '..' || /^\.[A-Za-z0-9._-]+\.part$/.test(name);
}

function skip(session: SftpSession, dirPath: string, { name, why }: { name: string; why: string }): void {
  session.log.warn('sftp: left out of the listing', { connection: session.config.id, dirPath, name, why });
}
